/* eslint-disable @n8n/community-nodes/no-restricted-globals -- not shipped: runs outside n8n */
import type { Clock } from '../../inference/pacing/clock';
import { cancelledError } from '../../inference/InferenceError';

interface Timer {
	dueMs: number;
	fire(): void;
}

/**
 * A clock that advances only when a test tells it to, with seeded random numbers. Between two timers
 * every promise settles, so hours of waiting take milliseconds and always run in the same order.
 */
export class FakeClock implements Clock {
	/** The length of each sleep, in the order in which they started. */
	readonly sleptMs: number[] = [];

	readonly random: () => number;

	private nowMs = 0;

	/** Latest first, so that removing the next one is cheap. */
	private readonly timers: Timer[] = [];

	constructor(random: () => number = seededRandom(1)) {
		this.random = random;
	}

	readonly now = (): number => this.nowMs;

	get pendingCount(): number {
		return this.timers.length;
	}

	async sleep(ms: number, signal?: AbortSignal): Promise<void> {
		this.sleptMs.push(ms);
		if (signal?.aborted) throw cancelledError();
		await new Promise<void>((resolve, reject) => {
			const onAbort = () => {
				this.timers.splice(this.timers.indexOf(timer), 1);
				reject(cancelledError());
			};
			const timer = this.set(ms, () => {
				signal?.removeEventListener('abort', onAbort);
				resolve();
			});
			signal?.addEventListener('abort', onAbort, { once: true });
		});
	}

	/** Advances by `ms` and fires the timers due on the way, in order. */
	async advance(ms: number): Promise<void> {
		const untilMs = this.nowMs + ms;
		await settled();
		while ((this.timers.at(-1)?.dueMs ?? Infinity) <= untilMs) await this.fireNext();
		this.nowMs = untilMs;
	}

	/** Advances until `promise` settles; fails if no timer is left that could settle it. */
	async runUntil<Result>(promise: Promise<Result>): Promise<Result> {
		let isSettled = false;
		const onSettled = () => {
			isSettled = true;
		};
		promise.then(onSettled, onSettled);
		await settled();
		while (!isSettled) {
			if (this.timers.length === 0) throw new Error('No timer is left to wait for');
			await this.fireNext();
		}
		return await promise;
	}

	private set(ms: number, fire: () => void): Timer {
		const timer = { dueMs: this.nowMs + Math.max(0, ms), fire };
		this.timers.splice(this.positionOf(timer.dueMs), 0, timer);
		return timer;
	}

	/** Where to insert a timer, so that timers due at the same time fire in the order they were set. */
	private positionOf(dueMs: number): number {
		let low = 0;
		let high = this.timers.length;
		while (low < high) {
			const middle = (low + high) >> 1;
			if ((this.timers[middle]?.dueMs ?? 0) > dueMs) low = middle + 1;
			else high = middle;
		}
		return low;
	}

	private async fireNext(): Promise<void> {
		const timer = this.timers.pop();
		if (!timer) return;
		this.nowMs = timer.dueMs;
		timer.fire();
		await settled();
	}
}

/** Resolves when every promise that does not wait for a timer has settled. */
export async function settled(): Promise<void> {
	await new Promise<void>((resolve) => setImmediate(resolve));
}

/** Numbers in [0, 1) that are the same for the same seed (mulberry32). */
export function seededRandom(seed: number): () => number {
	let state = seed;
	return () => {
		state = (state + 0x6d2b79f5) | 0;
		let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
		mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
		return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
	};
}
