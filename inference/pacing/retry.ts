import { cancelledError, InferenceError } from '../InferenceError';

/** What a person can choose to have retried; the numbers are HTTP statuses. */
export type RetryCause = '408' | '429' | '500' | '502' | '503' | '504' | 'connection';

export interface RetryPolicy {
	/** Retries of one item with one model, not counting waits for a free place (429 concurrency). */
	maxRetries: number;
	retryOn: ReadonlySet<RetryCause>;
	/** What one item may spend waiting between its requests, in all. */
	maxWaitMs: number;
}

/** Where waiting and chance come from; tests bring their own. */
export interface RetryClock {
	/** Resolves after `ms`, or as soon as the signal aborts. */
	sleep(ms: number, signal?: AbortSignal): Promise<void>;
	/** Between 0 and 1. */
	random(): number;
}

export interface RetryNotice {
	error: InferenceError;
	waitMs: number;
}

export interface RetryOptions {
	/** Tried in turn: the model asked for, then the fallbacks. */
	models: string[];
	policy: RetryPolicy;
	clock: RetryClock;
	signal?: AbortSignal;
	/** Asked after a failure: text that a person has already seen cannot be taken back. */
	isShown?: () => boolean;
	onRetry?: (notice: RetryNotice) => void;
}

/**
 * Runs `attempt` until it succeeds or the policy is used up: again after a wait, then with the
 * next fallback model, then the last error with `attempts` filled in.
 */
export async function withRetry<Result>(
	attempt: (model: string) => Promise<Result>,
	options: RetryOptions,
): Promise<{ result: Result; attempts: number }> {
	const { models, policy, clock, signal } = options;
	const spent = { attempts: 0, waitedMs: 0 };
	for (const [position, model] of models.entries()) {
		const progress: Progress = { retries: 0, rejections: 0, waitedMs: spent.waitedMs };
		for (;;) {
			if (signal?.aborted) throw cancelledError();
			spent.attempts += 1;
			const outcome = await settle(attempt(model));
			if (outcome.done) return { result: outcome.result, attempts: spent.attempts };
			if (!(outcome.failure instanceof InferenceError)) throw outcome.failure;

			outcome.failure.attempts = spent.attempts;
			if (options.isShown?.()) throw outcome.failure;

			const step = nextStep(outcome.failure, progress, policy, clock.random());
			if (step.waitMs === undefined) {
				if (position < models.length - 1 && isWorthAnotherModel(outcome.failure)) break;
				throw step.error;
			}
			options.onRetry?.({ error: outcome.failure, waitMs: step.waitMs });
			await clock.sleep(step.waitMs, signal);
			progress.waitedMs += step.waitMs;
			spent.waitedMs = progress.waitedMs;
		}
	}
	throw new TypeError('No model to send the request to');
}

type Outcome<Result> = { done: true; result: Result } | { done: false; failure: unknown };

async function settle<Result>(attempt: Promise<Result>): Promise<Outcome<Result>> {
	try {
		return { done: true, result: await attempt };
	} catch (error) {
		return { done: false, failure: error };
	}
}

export interface Progress {
	/** Retries that count against `maxRetries`. */
	retries: number;
	/** Times that this item found all places taken. */
	rejections: number;
	waitedMs: number;
}

/**
 * What follows a failure: a wait in milliseconds, or giving up with an error that says why when the
 * service asked for more time than is left. Counts the retry in `progress`. `random` is in [0, 1).
 */
export function nextStep(
	error: InferenceError,
	progress: Progress,
	policy: RetryPolicy,
	random: number,
): { error: InferenceError; waitMs?: number } {
	if (!isRetried(error, policy.retryOn)) return { error };
	const isRejection = error.kind === 'concurrency';
	if (!isRejection && progress.retries >= policy.maxRetries) return { error };

	const leftMs = policy.maxWaitMs - progress.waitedMs;
	const number = isRejection ? progress.rejections : progress.retries;
	const askedMs = error.retryAfterMs;
	const neededMs =
		askedMs === undefined
			? backoffMs(number, error.kind === 'overloaded' ? overloadBaseMs : baseMs, random)
			: Math.max(askedMs, isRejection && number > 0 ? leastRejectionWaitMs : 0);
	if (neededMs > leftMs) return { error: withoutTimeLeft(error, leftMs, askedMs) };

	if (isRejection) progress.rejections += 1;
	else progress.retries += 1;
	const jitterMs = 0.1 * random * (askedMs ?? 0);
	return { error, waitMs: Math.min(neededMs + jitterMs, leftMs) };
}

const baseMs = 500;
/** An overloaded engine needs longer than a hiccup. */
const overloadBaseMs = 2000;
const longestBackoffMs = 30_000;
/** Rejections are not counted, so a server that asks for no wait at all must not spin us. */
const leastRejectionWaitMs = 250;

/**
 * `min(30 s, base * 2^n) * (0.5 + 0.5 * random)` for the retry number `n` (from 0): exponential,
 * with jitter so that items that failed together do not return together.
 */
export function backoffMs(number: number, firstMs: number, random: number): number {
	return Math.min(longestBackoffMs, firstMs * 2 ** number) * (0.5 + 0.5 * random);
}

/** Whether the policy retries this error. Quota, account and input faults never are. */
export function isRetried(error: InferenceError, retryOn: ReadonlySet<RetryCause>): boolean {
	const cause = causeOf(error);
	return cause !== undefined && retryOn.has(cause);
}

function causeOf({ kind, status }: InferenceError): RetryCause | undefined {
	switch (kind) {
		case 'connection':
		case 'incompleteAnswer':
			return 'connection';
		case 'timeout':
			return '408';
		case 'concurrency':
		case 'rateLimit':
			return '429';
		case 'overloaded':
			return '503';
		case 'server':
			return serverCause(status);
		default:
			return undefined;
	}
}

/** Gateways have words of their own for an origin that is down (520-523) or slow (504, 524). */
function serverCause(status: number | undefined): RetryCause | undefined {
	if (status === 500 || status === 502 || status === 504) return `${status}`;
	if (status === 524) return '504';
	if (status !== undefined && status >= 520 && status <= 523) return '502';
	return undefined;
}

/** Another model helps against overload, outages and a model that is gone, not against a bad key. */
function isWorthAnotherModel({ kind }: InferenceError): boolean {
	return !notAboutTheModel.has(kind);
}

const notAboutTheModel: ReadonlySet<InferenceError['kind']> = new Set([
	'authentication',
	'quota',
	'personalAccount',
	'region',
	'badRequest',
	'redirect',
	'certificate',
	'parameter',
	'credential',
	'invalidOutput',
	'cancelled',
]);

function withoutTimeLeft(error: InferenceError, leftMs: number, askedMs = 0): InferenceError {
	const left = `${Math.max(0, Math.floor(leftMs / 1000))} s`;
	const why =
		askedMs > leftMs
			? `The service asks to wait ${Math.ceil(askedMs / 1000)} s, and ${left} are left for waiting.`
			: `The next wait would be longer than the ${left} that are left for waiting.`;
	return error.withAdvice(
		`${why} W&B Inference Chat waits longer with a higher 'Max Wait' in its Retry Policy. ${error.advice}`,
	);
}
