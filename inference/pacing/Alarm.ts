import type { Clock } from './clock';

/** Rings once at the earliest time that was set, using at most one timer. */
export class Alarm {
	private timer?: { dueMs: number; abort: AbortController };

	constructor(
		private readonly clock: Pick<Clock, 'now' | 'sleep'>,
		private readonly ring: () => void,
	) {}

	/** Rings at `dueMs`, or earlier if it is already set to an earlier time. */
	set(dueMs: number): void {
		if (this.timer && this.timer.dueMs <= dueMs) return;
		this.clear();
		const timer = { dueMs, abort: new AbortController() };
		this.timer = timer;
		const leftMs = Math.max(0, Math.ceil(dueMs - this.clock.now()));
		const ring = () => {
			if (this.timer !== timer) return;
			this.timer = undefined;
			this.ring();
		};
		void this.clock.sleep(leftMs, timer.abort.signal).then(ring, () => undefined);
	}

	clear(): void {
		this.timer?.abort.abort();
		this.timer = undefined;
	}
}
