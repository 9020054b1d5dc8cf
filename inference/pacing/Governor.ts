import { cancelledError } from '../InferenceError';
import { AdaptiveLimiter, FixedLimiter, type Limiter } from './limiter';

/**
 * A place among the requests in flight. It ends exactly once, by whichever call comes first:
 * the three words are all that the limiter learns of a request.
 */
export interface Permit {
	/** An answer came. */
	succeeded(): void;
	/** 429 for concurrency, with the time after which the service wants new requests. */
	rejected(retryAfterMs?: number): void;
	/** Ended in a way that says nothing about concurrency; a 429 may still ask for a pause. */
	ignored(retryAfterMs?: number): void;
}

/** Monotonic time in milliseconds and a way to be called later; tests bring their own. */
export interface GovernorClock {
	now(): number;
	sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

interface Waiter {
	/** Most requests in flight among those that gave the same number. */
	maximum: number;
	admit(permit: Permit): void;
}

/**
 * Lets requests start first come, first served while the limiter allows. One governor stands for
 * one W&B account, so executions that run at the same time share what the account allows.
 */
export class Governor {
	private readonly waiting: Waiter[] = [];

	private readonly inFlightByMaximum = new Map<number, number>();

	private inFlightCount = 0;

	private pausedUntilMs = 0;

	private resumption?: AbortController;

	/** When the last request ended or was refused a place. */
	lastUsedMs: number;

	constructor(
		private readonly limiter: Limiter,
		private readonly clock: GovernorClock,
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
	 * Waits for a place. `maximum` caps the requests in flight among all callers that give the same
	 * number. Rejects with a cancelled error when the signal aborts first.
	 */
	async acquire(signal?: AbortSignal, maximum = Infinity): Promise<Permit> {
		if (signal?.aborted) throw cancelledError();
		if (this.waiting.length === 0 && !this.isPaused && this.hasPlaceFor(maximum)) {
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
			if (waiter && this.hasPlaceFor(waiter.maximum)) {
				this.waiting.splice(position, 1);
				waiter.admit(this.startRequest(waiter.maximum));
			} else position += 1;
		}
	}

	private get isPaused(): boolean {
		return this.clock.now() < this.pausedUntilMs;
	}

	private hasPlaceFor(maximum: number): boolean {
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
		const untilMs = this.clock.now() + Math.min(askedMs, longestPauseMs);
		this.pausedUntilMs = Math.max(this.pausedUntilMs, untilMs);
	}

	/** One timer, and only while somebody waits for it. */
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

/** A header that asks for a day must not stop every workflow of the account for a day. */
const longestPauseMs = 60_000;
/** What a governor has learned stays useful for a while after its last request. */
const keptIdleMs = 10 * 60_000;

/** How many requests may run at once: found out, or given. */
export type Throughput =
	| { mode: 'adaptive'; maxConcurrency: number }
	| { mode: 'fixed'; concurrency: number };

/** Keeps one governor for each account and way of limiting, and forgets the unused ones. */
export class GovernorRegistry {
	private readonly governors = new Map<string, Governor>();

	constructor(private readonly clock: GovernorClock) {}

	/** `account` names base URL and project or key without holding the key. */
	governorFor(account: string, throughput: Throughput): Governor {
		this.forgetUnused();
		const isFixed = throughput.mode === 'fixed';
		const name = isFixed ? `${account} fixed ${throughput.concurrency}` : account;
		const known = this.governors.get(name);
		if (known) return known;
		const limiter = isFixed ? new FixedLimiter(throughput.concurrency) : new AdaptiveLimiter();
		const governor = new Governor(limiter, this.clock);
		this.governors.set(name, governor);
		return governor;
	}

	get size(): number {
		return this.governors.size;
	}

	private forgetUnused(): void {
		const nowMs = this.clock.now();
		for (const [name, governor] of this.governors) {
			if (governor.isIdle && nowMs - governor.lastUsedMs > keptIdleMs) this.governors.delete(name);
		}
	}
}
