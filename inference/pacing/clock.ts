import { sleep } from 'n8n-workflow';
import { cancelledError } from '../InferenceError';

/** The real clock and random source. */
export const systemClock = {
	/** Milliseconds, monotonic, so that changes to the system time have no effect. */
	now: (): number => performance.now(),

	/** At least 0 and below 1. */
	random: (): number => Math.random(),

	/** Resolves after `ms`. Rejects with a cancelled error as soon as the signal aborts. */
	async sleep(ms: number, signal?: AbortSignal): Promise<void> {
		await sleep(ms, signal).catch(() => undefined);
		if (signal?.aborted) throw cancelledError();
	},
};

export type Clock = typeof systemClock;
