import { cancelledError, InferenceError } from '../InferenceError';
import { backoffMs, overloadBackoff, rejectionBackoff, serverBackoff } from './backoff';
import type { Clock } from './clock';
import type { Permit } from './Permit';

/** What the user can choose to retry; the numbers are HTTP statuses. */
export type RetryCause = '408' | '429' | '500' | '502' | '503' | '504' | 'connection';

export interface RetryPolicy {
	/** Retries per item and model, not counting waits for a free slot (429 concurrency). */
	maxRetries: number;
	/** Whether a 503 uses up `maxRetries`. Otherwise only `maxWaitMs` limits its retries. */
	countsOverloads: boolean;
	retryOn: ReadonlySet<RetryCause>;
	/** Total time that one item may spend waiting between its requests. */
	maxWaitMs: number;
}

export interface RetryNotice {
	error: InferenceError;
	waitedMs: number;
}

export interface RetryOptions<Result> {
	/** Tried in order: the requested model, then the fallbacks. */
	models: string[];
	policy: RetryPolicy;
	clock: Pick<Clock, 'sleep' | 'random'>;
	/** Waits until a request may start; `undefined` if that took longer than `maxWaitMs`. */
	acquire(model: string, maxWaitMs: number, isRetry: boolean): Promise<Permit | undefined>;
	/** Sends one request. If it succeeds, it also ends the permit. */
	send(permit: Permit, model: string): Promise<Result>;
	/** Ends the permit of a request that failed. */
	end(permit: Permit, error: unknown): void;
	/** Whether other requests of the account hold slots at the service, which will come free. */
	hasSlotsHeldByOthers(): boolean;
	/** Whether a user has seen some of the text. If so, a failure is final. */
	isShown?: () => boolean;
	onRetry?: (notice: RetryNotice) => void;
	/** Called with the error before its permit ends, so that the caller can keep the slot unused. */
	onFailure?: (error: InferenceError) => void;
	signal?: AbortSignal;
}

/**
 * Sends a request until it succeeds or the policy is exhausted: retries after a wait, then tries the
 * next fallback model, and finally throws the last error with its `attempts` set.
 */
export async function withRetry<Result>(
	options: RetryOptions<Result>,
): Promise<{ result: Result; attempts: number }> {
	const { models } = options;
	const spent: Spent = { attempts: 0, waitedMs: 0 };
	for (const [position, model] of models.entries()) {
		// With another model to try, an overloaded one is not worth the whole waiting time.
		const countsOverloads = options.policy.countsOverloads || position < models.length - 1;
		const policy = { ...options.policy, countsOverloads };
		const outcome = await tryModel(model, { ...options, policy }, spent);
		if ('result' in outcome) return { result: outcome.result, attempts: spent.attempts };
		const { error, permit } = outcome;
		error.attempts = spent.attempts;
		const isLast = position === models.length - 1;
		const isFinal = isLast || options.isShown?.() || !isWorthAnotherModel(error);
		if (isFinal) options.onFailure?.(error);
		if (permit) options.end(permit, error);
		if (isFinal) throw error;
	}
	throw new TypeError('No model to send the request to');
}

/** What an item has used so far, over all its models. */
interface Spent {
	attempts: number;
	waitedMs: number;
	lastError?: InferenceError;
}

/** What an item has used so far with one model. */
export interface Progress {
	retries: number;
	overloads: number;
	/** Rejections in a row while others held slots. */
	rejections: number;
}

async function tryModel<Result>(
	model: string,
	options: RetryOptions<Result>,
	spent: Spent,
): Promise<{ result: Result } | { error: InferenceError; permit?: Permit }> {
	const { policy, clock, signal } = options;
	const progress: Progress = { retries: 0, overloads: 0, rejections: 0 };
	let waitMs = 0;
	for (;;) {
		if (signal?.aborted) throw cancelledError();
		const isRetry = spent.attempts > 0;
		const permit = await options.acquire(model, policy.maxWaitMs - spent.waitedMs, isRetry);
		if (!permit) return { error: (spent.lastError ?? modelOverloaded()).with({ waitLeftMs: 0 }) };

		spent.waitedMs += permit.waitedMs;
		if (spent.lastError) {
			options.onRetry?.({ error: spent.lastError, waitedMs: waitMs + permit.waitedMs });
		}
		spent.attempts += 1;
		const outcome = await settle(options.send(permit, model));
		if ('result' in outcome) return outcome;
		const { error } = outcome;
		if (!(error instanceof InferenceError)) {
			options.end(permit, error);
			throw error;
		}
		error.attempts = spent.attempts;
		spent.lastError = error;
		if (options.isShown?.()) return { error, permit };
		// Its slot goes to the next request in line, which then is the signal for this one.
		const isRejection = error.kind === 'concurrency';
		if (isRejection) options.end(permit, error);
		const step = nextStep(error, progress, policy, situationOf(options, spent), clock.random());
		if (step.waitMs === undefined) {
			return { error: step.error, permit: isRejection ? undefined : permit };
		}
		if (!isRejection) options.end(permit, error);
		waitMs = step.waitMs;
		spent.waitedMs += waitMs;
		await clock.sleep(waitMs, signal);
	}
}

async function settle<Result>(
	work: Promise<Result>,
): Promise<{ result: Result } | { error: unknown }> {
	try {
		return { result: await work };
	} catch (error) {
		return { error };
	}
}

function situationOf<Result>(options: RetryOptions<Result>, spent: Spent): Situation {
	return {
		leftMs: options.policy.maxWaitMs - spent.waitedMs,
		hasSlotsHeldByOthers: options.hasSlotsHeldByOthers(),
	};
}

export interface Situation {
	/** What is left of the item's waiting time. */
	leftMs: number;
	hasSlotsHeldByOthers: boolean;
}

/**
 * What to do after a failure: wait `waitMs`, or, if that is absent, give up with `error`, which has
 * `waitLeftMs` if the wait would take too long. Counts the retry in `progress`. `random` is in [0, 1).
 *
 * After a rejection for concurrency, the item returns to the queue at once. The end of any other
 * request of the account is the signal that a slot is free, and a Retry-After would only make the
 * account send another item's request instead. If no other request holds a slot, the governor
 * pauses. An item that is rejected again and again waits as well, so that it does not hold up others.
 */
export function nextStep(
	error: InferenceError,
	progress: Progress,
	policy: RetryPolicy,
	{ leftMs, hasSlotsHeldByOthers }: Situation,
	random: number,
): { error: InferenceError; waitMs?: number } {
	if (!isRetried(error, policy.retryOn)) return { error };
	const isRejection = error.kind === 'concurrency';
	const isOverload = error.kind === 'overloaded';
	const counted = progress.retries + (policy.countsOverloads ? progress.overloads : 0);
	const isCounted = !isRejection && (!isOverload || policy.countsOverloads);
	if (isCounted && counted >= policy.maxRetries) return { error };

	const isFreedByOthers = isRejection && hasSlotsHeldByOthers;
	const askedMs = isFreedByOthers ? undefined : askedWaitMs(error);
	const neededMs = askedMs ?? ownWaitMs(error, progress, random);
	if (neededMs > leftMs) return { error: error.with({ waitLeftMs: Math.max(0, leftMs) }) };

	if (isFreedByOthers) progress.rejections += 1;
	else if (isRejection) progress.rejections = 0;
	else if (isOverload) progress.overloads += 1;
	else progress.retries += 1;
	const jitterMs = 0.1 * random * (askedMs ?? 0);
	return { error, waitMs: Math.min(neededMs + jitterMs, leftMs) };
}

/** A time of 0 or in the past would use up all retries at once, so it counts as none. */
function askedWaitMs({ retryAfterMs }: InferenceError): number | undefined {
	return retryAfterMs === 0 ? undefined : retryAfterMs;
}

function ownWaitMs({ kind }: InferenceError, progress: Progress, random: number): number {
	if (kind === 'overloaded') return backoffMs(progress.overloads, random, overloadBackoff);
	if (kind === 'concurrency') {
		const tooMany = progress.rejections - immediateReturns;
		return tooMany < 0 ? 0 : backoffMs(tooMany, random, rejectionBackoff);
	}
	return backoffMs(progress.retries, random, serverBackoff);
}

/** How often a rejected item returns to the queue at once, while others hold slots. */
const immediateReturns = 3;

function modelOverloaded(): InferenceError {
	return new InferenceError('The model is overloaded', { kind: 'overloaded' });
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
function isWorthAnotherModel({ kind, reason }: InferenceError): boolean {
	return reason === 'contextLength' || !notAboutTheModel.has(kind);
}

const notAboutTheModel: ReadonlySet<InferenceError['kind']> = new Set([
	'authentication',
	'quota',
	'personalAccount',
	'region',
	'forbidden',
	'badRequest',
	'redirect',
	'certificate',
	'parameter',
	'credential',
	'invalidOutput',
	'refusal',
	'contentFilter',
	'budget',
	'cancelled',
	// The limit is the project's, whatever the model.
	'concurrency',
]);
