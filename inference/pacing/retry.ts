import { cancelledError, InferenceError } from '../InferenceError';
import type { Clock } from './clock';

/** What the user can choose to retry; the numbers are HTTP statuses. */
export type RetryCause = '408' | '429' | '500' | '502' | '503' | '504' | 'connection';

export interface RetryPolicy {
	/** Retries per item and model, not counting waits for a free slot (429 concurrency). */
	maxRetries: number;
	retryOn: ReadonlySet<RetryCause>;
	/** Total time that one item may spend waiting between its requests. */
	maxWaitMs: number;
}

export interface RetryNotice {
	error: InferenceError;
	waitMs: number;
}

export interface RetryOptions {
	/** Tried in order: the requested model, then the fallbacks. */
	models: string[];
	policy: RetryPolicy;
	clock: Pick<Clock, 'sleep' | 'random'>;
	signal?: AbortSignal;
	/** Whether a user has seen some of the text. If so, a failure is final. */
	isShown?: () => boolean;
	onRetry?: (notice: RetryNotice) => void;
}

/**
 * Runs `attempt` until it succeeds or the policy is exhausted: retries after a wait, then tries the
 * next fallback model, and finally throws the last error with its `attempts` set.
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
	/** How often the service rejected this item for concurrency. */
	rejections: number;
	waitedMs: number;
}

/**
 * What to do after a failure: wait `waitMs`, or, if that is absent, give up with `error`, which says
 * so if the wait would take too long. Counts the retry in `progress`. `random` is in [0, 1).
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
	const earlier = isRejection ? progress.rejections : progress.retries;
	const askedMs = error.retryAfterMs;
	const neededMs =
		askedMs === undefined
			? backoffMs(earlier, error.kind === 'overloaded' ? overloadBaseMs : baseMs, random)
			: Math.max(askedMs, isRejection && earlier > 0 ? minRejectionWaitMs : 0);
	if (neededMs > leftMs) return { error: error.with({ waitLeftMs: Math.max(0, leftMs) }) };

	if (isRejection) progress.rejections += 1;
	else progress.retries += 1;
	const jitterMs = 0.1 * random * (askedMs ?? 0);
	return { error, waitMs: Math.min(neededMs + jitterMs, leftMs) };
}

const baseMs = 500;
/** An overloaded engine needs more time. */
const overloadBaseMs = 2000;
const maxBackoffMs = 30_000;
/** Rejections have no maximum, so a service that asks for no wait must not cause a busy loop. */
const minRejectionWaitMs = 250;

/**
 * `min(30 s, base * 2^n) * (0.5 + 0.5 * random)` for retry `n` (from 0): exponential backoff, with
 * jitter so that items that failed together do not retry together.
 */
export function backoffMs(retry: number, firstMs: number, random: number): number {
	return Math.min(maxBackoffMs, firstMs * 2 ** retry) * (0.5 + 0.5 * random);
}

/** Whether the policy retries this error. It never retries quota, account, and input errors. */
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

/** Cloudflare has its own statuses for an origin that is down (520-523) or slow (524). */
function serverCause(status: number | undefined): RetryCause | undefined {
	if (status === 500 || status === 502 || status === 504) return `${status}`;
	if (status === 524) return '504';
	if (status !== undefined && status >= 520 && status <= 523) return '502';
	return undefined;
}

/** Another model helps with overload, outages, and an unavailable model, not with a bad key. */
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
