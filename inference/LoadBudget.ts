import { cancelledError } from './InferenceError';

/**
 * Limits how much is loaded into memory at once, such as the images of requests in flight. Loads
 * start in order. One that is larger than the whole budget starts when it is alone.
 */
export class LoadBudget {
	private used = 0;

	private readonly waiting: Array<{ length: number; start: () => void }> = [];

	constructor(private readonly maxLength: number) {}

	/** Waits for room. The returned function gives it back. */
	async reserve(length: number, signal?: AbortSignal): Promise<() => void> {
		if (signal?.aborted) throw cancelledError();
		if (length === 0) return () => undefined;
		await new Promise<void>((resolve, reject) => {
			const onAbort = () => {
				this.waiting.splice(this.waiting.indexOf(waiter), 1);
				this.startWaiting();
				reject(cancelledError());
			};
			const start = () => {
				signal?.removeEventListener('abort', onAbort);
				resolve();
			};
			const waiter = { length, start };
			signal?.addEventListener('abort', onAbort, { once: true });
			this.waiting.push(waiter);
			this.startWaiting();
		});
		return () => {
			this.used -= length;
			this.startWaiting();
		};
	}

	private startWaiting(): void {
		for (;;) {
			const [next] = this.waiting;
			if (!next || (this.used > 0 && this.used + next.length > this.maxLength)) return;
			this.waiting.shift();
			this.used += next.length;
			next.start();
		}
	}
}
