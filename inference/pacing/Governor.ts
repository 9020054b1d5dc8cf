import { cancelledError } from '../InferenceError';
import type { Clock } from './clock';
import type { Limiter } from './limiter';

/**
 * Permission to have one request in flight. The first call ends it and later calls are ignored.
 * These three outcomes are the limiter's only input.
 */
export interface Permit {
	/** A completion arrived. */
	succeeded(): void;
	/** 429 for concurrency, with the time that the service asked to wait. */
	rejected(retryAfterMs?: number): void;
	/** Ended in a way that says nothing about concurrency; a 429 may still ask for a pause. */
	ignored(retryAfterMs?: number): void;
}

interface Waiter {
	/** Maximum number of requests in flight among callers with the same maximum. */
	maximum: number;
	admit(permit: Permit): void;
}

/**
 * Lets requests start in the order of their arrival while the limiter allows. There is one governor
 * for each W&B account, so that concurrent executions share the account's limit.
 */
export class Governor {
	private readonly waiting: Waiter[] = [];

	private readonly inFlightByMaximum = new Map<number, number>();

	private inFlightCount = 0;

	private pausedUntilMs = 0;

	private resumption?: AbortController;

	/** When the last request ended or stopped waiting. */
	lastUsedMs: number;

	constructor(
		private readonly limiter: Limiter,
		private readonly clock: Pick<Clock, 'now' | 'sleep'>,
	) {
		this.lastUsedMs = clock.now();
	}

	get limit(): number {
		return this.limiter.limit;
	}

	get inFlight(): number {
		return this.inFlightCount;
	}

	get isIdle(): boolean {
		return this.inFlightCount === 0 && this.waiting.length === 0;
	}

	/**
	 * Waits for a free slot. `maximum` limits the requests in flight among all callers with the same
	 * maximum. Rejects with a cancelled error if the signal aborts first.
	 */
	async acquire(signal?: AbortSignal, maximum = Infinity): Promise<Permit> {
		if (signal?.aborted) throw cancelledError();
		if (this.waiting.length === 0 && !this.isPaused && this.hasSlotFor(maximum)) {
			return this.startRequest(maximum);
		}
		return await new Promise<Permit>((resolve, reject) => {
			const waiter: Waiter = {
				maximum,
				admit: (permit) => {
					signal?.removeEventListener('abort', leave);
					resolve(permit);
				},
			};
			const leave = () => {
				this.waiting.splice(this.waiting.indexOf(waiter), 1);
				if (this.waiting.length === 0) this.stopWaitingForPause();
				this.touch();
				reject(cancelledError());
			};
			signal?.addEventListener('abort', leave, { once: true });
			this.waiting.push(waiter);
			this.admitWaiting();
		});
	}

	private admitWaiting(): void {
		if (this.waiting.length === 0) return;
		if (this.isPaused) return this.resumeAfterPause();
		for (let position = 0; position < this.waiting.length; ) {
			if (this.inFlightCount >= this.limiter.limit) return;
			const waiter = this.waiting[position];
			if (waiter && this.hasSlotFor(waiter.maximum)) {
				this.waiting.splice(position, 1);
				waiter.admit(this.startRequest(waiter.maximum));
			} else position += 1;
		}
	}

	private get isPaused(): boolean {
		return this.clock.now() < this.pausedUntilMs;
	}

	private hasSlotFor(maximum: number): boolean {
		return this.inFlightCount < this.limiter.limit && this.inFlightOf(maximum) < maximum;
	}

	private startRequest(maximum: number): Permit {
		this.count(maximum, 1);
		const request = this.limiter.start(this.inFlightCount);
		let ended = false;
		const end = (learn: () => void) => {
			if (ended) return;
			ended = true;
			this.count(maximum, -1);
			learn();
			this.touch();
			this.admitWaiting();
		};
		return {
			succeeded: () => end(() => this.limiter.succeeded(request)),
			rejected: (retryAfterMs) =>
				end(() => {
					this.limiter.rejected(request, this.inFlightCount);
					this.pause(retryAfterMs);
				}),
			ignored: (retryAfterMs) => end(() => this.pause(retryAfterMs)),
		};
	}

	private pause(askedMs = 0): void {
		const untilMs = this.clock.now() + Math.min(askedMs, maxPauseMs);
		this.pausedUntilMs = Math.max(this.pausedUntilMs, untilMs);
	}

	/** Uses one timer, and only while requests are waiting. */
	private resumeAfterPause(): void {
		if (this.resumption) return;
		const resumption = new AbortController();
		this.resumption = resumption;
		const leftMs = Math.ceil(this.pausedUntilMs - this.clock.now());
		const resume = () => {
			if (this.resumption === resumption) this.resumption = undefined;
			this.admitWaiting();
		};
		void this.clock.sleep(leftMs, resumption.signal).then(resume, () => undefined);
	}

	private stopWaitingForPause(): void {
		this.resumption?.abort();
		this.resumption = undefined;
	}

	private count(maximum: number, change: number): void {
		this.inFlightCount += change;
		const count = this.inFlightOf(maximum) + change;
		if (count === 0) this.inFlightByMaximum.delete(maximum);
		else this.inFlightByMaximum.set(maximum, count);
	}

	private inFlightOf(maximum: number): number {
		return this.inFlightByMaximum.get(maximum) ?? 0;
	}

	private touch(): void {
		this.lastUsedMs = this.clock.now();
	}
}

/** A Retry-After of a day must not stop every workflow of the account for a day. */
const maxPauseMs = 60_000;
