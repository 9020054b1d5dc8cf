import type { Permit, PermitRequest } from './Permit';

/** One run of a node. Its requests share a queue and a maximum. */
export interface Run {
	/** Maximum number of this run's requests in flight. */
	readonly maxConcurrency: number;
}

/** A request that waits for its permit. */
export interface Waiter extends PermitRequest {
	/** Since when the wait counts toward the item's waiting time. */
	countsSinceMs?: number;
	settle(permit: Permit | undefined): void;
}

/** When the waiter's waiting time is used up. */
export function giveUpMs({ countsSinceMs = 0, maxWaitMs = Infinity }: Waiter): number {
	return countsSinceMs + maxWaitMs;
}

/** The requests of one run: those that wait, and how many are in flight. */
export class RunQueue {
	/** Requests of items in progress first, so that items are finished before others are started. */
	readonly waiting: Waiter[] = [];

	inFlight = 0;

	constructor(readonly run: Run) {}

	get isIdle(): boolean {
		return this.inFlight === 0 && this.waiting.length === 0;
	}

	add(waiter: Waiter): void {
		const firstStart = goesFirst(waiter)
			? this.waiting.findIndex((other) => !goesFirst(other))
			: -1;
		this.waiting.splice(firstStart < 0 ? this.waiting.length : firstStart, 0, waiter);
	}

	/** Removes and returns the first waiter that may start now. */
	take(mayStart: (waiter: Waiter) => boolean): Waiter | undefined {
		if (this.inFlight >= this.run.maxConcurrency) return undefined;
		const position = this.waiting.findIndex(mayStart);
		return position < 0 ? undefined : this.waiting.splice(position, 1)[0];
	}

	remove(waiter: Waiter): void {
		const position = this.waiting.indexOf(waiter);
		if (position >= 0) this.waiting.splice(position, 1);
	}
}

function goesFirst({ isRetry = false, isFollowUp = false }: Waiter): boolean {
	return isRetry || isFollowUp;
}
