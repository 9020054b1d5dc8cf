import { sleep } from 'n8n-workflow';
import { cancelledError } from '../InferenceError';

/** Time and chance as the running n8n has them. */
export const systemClock = {
	/** Monotonic, so that a clock set back or forward disturbs nothing. */
	now: (): number => performance.now(),

	random: (): number => Math.random(),

	/** Resolves after `ms`; rejects with a cancelled error as soon as the signal aborts. */
	async sleep(ms: number, signal?: AbortSignal): Promise<void> {
		await sleep(ms, signal).catch(() => undefined);
		if (signal?.aborted) throw cancelledError();
	},
};

export type Clock = typeof systemClock;
