import type { Run } from '../../inference/pacing/RunQueue';

interface SharedRun {
	run: Run;
	/** Calls that have not ended. */
	calls: number;
}

/**
 * The runs of calls to chat models. Each call is a run of its own, so that the calls take turns, even
 * with those that are retried. If a node has a maximum, all its calls are one run with this maximum.
 */
export class NodeRuns {
	private readonly shared = new Map<string, SharedRun>();

	/** `node` identifies the node. */
	async call<Result>(
		node: string,
		maxConcurrency: number | undefined,
		work: (run: Run) => Promise<Result>,
	): Promise<Result> {
		if (maxConcurrency === undefined) return await work({ maxConcurrency: 1 });
		const key = `${node} ${maxConcurrency}`;
		const shared = this.shared.get(key) ?? { run: { maxConcurrency }, calls: 0 };
		this.shared.set(key, shared);
		shared.calls += 1;
		try {
			return await work(shared.run);
		} finally {
			shared.calls -= 1;
			if (shared.calls === 0) this.shared.delete(key);
		}
	}
}
