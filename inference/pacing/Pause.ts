import { backoffMs, pauseBackoff } from './backoff';
import type { Clock } from './clock';

/**
 * A pause of an account whose slots are all held by other clients, so that the next request would be
 * rejected as well. It grows until a request is accepted.
 */
export class Pause {
	untilMs = -Infinity;

	private count = 0;

	constructor(private readonly clock: Pick<Clock, 'now' | 'random'>) {}

	get isOver(): boolean {
		return this.clock.now() >= this.untilMs;
	}

	begin(): void {
		this.untilMs = this.clock.now() + backoffMs(this.count, this.clock.random(), pauseBackoff);
		this.count += 1;
	}

	/** The next pause is a short one again. */
	reset(): void {
		this.count = 0;
	}
}
