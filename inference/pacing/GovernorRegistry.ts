import type { Clock } from './clock';
import { Governor } from './Governor';
import { AdaptiveLimiter, FixedLimiter } from './limiter';

/** How many requests may be in flight at once. */
export interface Throughput {
	/** `adaptive` finds the service's limit; `fixed` uses the maximum as it is. */
	mode: 'adaptive' | 'fixed';
	maxConcurrency: number;
}

/** What a governor has learned stays useful for a while after its last request. */
const keepIdleMs = 10 * 60_000;

/** Keeps one governor per account and mode, and removes those that are no longer used. */
export class GovernorRegistry {
	private readonly governors = new Map<string, Governor>();

	constructor(private readonly clock: Clock) {}

	/**
	 * `account` identifies the base URL and the project or key, without containing the key. `node`
	 * identifies the node: in fixed mode, all runs of a node share its number.
	 */
	governorFor(account: string, node: string, throughput: Throughput): Governor {
		this.removeUnused();
		const isFixed = throughput.mode === 'fixed';
		const name = isFixed ? `${account} ${node} ${throughput.maxConcurrency}` : account;
		const known = this.governors.get(name);
		if (known) return known;
		const limiter = isFixed ? new FixedLimiter(throughput.maxConcurrency) : new AdaptiveLimiter();
		const governor = new Governor(limiter, this.clock);
		this.governors.set(name, governor);
		return governor;
	}

	get size(): number {
		return this.governors.size;
	}

	private removeUnused(): void {
		const nowMs = this.clock.now();
		for (const [name, governor] of this.governors) {
			if (governor.isIdle && nowMs - governor.lastUsedMs > keepIdleMs) this.governors.delete(name);
		}
	}
}
