import type { Governor } from './Governor';
import type { Run } from './RunQueue';

/**
 * Permission to have one request in flight. It ends exactly once: of `succeeded`, `rejected`,
 * `unavailable`, and `ended`, only the first call counts.
 */
export interface Permit {
	readonly governor: Governor;
	/** How much of the wait for this permit counts toward the item's waiting time. */
	readonly waitedMs: number;
	/** Uses the permit for a model. Returns false if requests for that model must not start now. */
	use(model: string): boolean;
	/** The request is being sent. `length` is about how many characters its body has. */
	sent(length?: number): void;
	/** The service took the request, e.g. the head of a streamed response arrived. */
	accepted(): void;
	/** A completion arrived. */
	succeeded(): void;
	/** 429 for concurrency. */
	rejected(): void;
	/** 503, or 429 for another reason than concurrency. */
	unavailable(reason: 'overloaded' | 'rateLimit', retryAfterMs?: number): void;
	/** Ended in a way that says nothing about the account or the model, or was not used. */
	ended(): void;
}

export interface PermitRequest {
	run: Run;
	/** Absent if the model is not known yet. */
	model?: string;
	/** Its whole wait counts, and it goes before items that have not started. */
	isRetry?: boolean;
	/** A later request of an item that has started, which goes before items that have not. */
	isFollowUp?: boolean;
	/** Maximum wait that counts: for a retry, and while the model is on hold. */
	maxWaitMs?: number;
	signal?: AbortSignal;
}
