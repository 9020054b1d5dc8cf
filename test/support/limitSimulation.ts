import { statusError } from '../../inference/http/statusError';
import type { InferenceError } from '../../inference/InferenceError';
import type { Governor } from '../../inference/pacing/Governor';
import { withRetry, type RetryPolicy } from '../../inference/pacing/retry';
import { forEachConcurrently } from '../../nodes/WandbInferenceChat/forEachConcurrently';
import { seededRandom, type FakeClock } from './fakeClock';

const rejectionMs = 200;
const medianLatencyMs = 5000;
const latencySigma = 0.9;
const shortestLatencyMs = 200;
const longestLatencyMs = 60_000;

/**
 * A service that runs up to `limit` requests and rejects the rest with a 429 after 200 ms. As in a
 * real service, completions take log-normal times, because their length varies.
 */
export class SimulatedService {
	inService = 0;

	rejectionCount = 0;

	/** The total time that slots spent on completed requests. */
	workedMs = 0;

	private usedSlotMs = 0;

	private offeredSlotMs = 0;

	private measuredAtMs = 0;

	private readonly random: () => number;

	constructor(
		private readonly clock: FakeClock,
		private limit: number,
		seed: number,
	) {
		this.random = seededRandom(seed);
	}

	/** The fraction of the offered slots that have been in use so far. */
	get utilisation(): number {
		this.measure();
		return this.usedSlotMs / this.offeredSlotMs;
	}

	setLimit(limit: number): void {
		this.measure();
		this.limit = limit;
	}

	/** Resolves when the completion is done, or with the error of a rejected request. */
	async answer(): Promise<InferenceError | undefined> {
		if (this.inService >= this.limit) {
			this.rejectionCount += 1;
			await this.clock.sleep(rejectionMs);
			return statusError({ status: 429 });
		}
		const latencyMs = this.nextLatencyMs();
		this.changeInService(1);
		await this.clock.sleep(latencyMs);
		this.changeInService(-1);
		this.workedMs += latencyMs;
		return undefined;
	}

	private nextLatencyMs(): number {
		const normal =
			Math.sqrt(-2 * Math.log(1 - this.random())) * Math.cos(2 * Math.PI * this.random());
		const latencyMs = medianLatencyMs * Math.exp(latencySigma * normal);
		return Math.min(longestLatencyMs, Math.max(shortestLatencyMs, latencyMs));
	}

	private changeInService(change: number): void {
		this.measure();
		this.inService += change;
	}

	private measure(): void {
		const passedMs = this.clock.now() - this.measuredAtMs;
		this.usedSlotMs += passedMs * Math.min(this.inService, this.limit);
		this.offeredSlotMs += passedMs * this.limit;
		this.measuredAtMs += passedMs;
	}
}

export interface SimulatedExecution {
	clock: FakeClock;
	service: SimulatedService;
	governor: Governor;
	itemCount: number;
	/** Maximum number of items in progress, waiting ones included, like 'Max Concurrency'. */
	concurrency: number;
}

export interface ExecutionReport {
	failedCount: number;
	/** How many 429s each item got. */
	rejections: number[];
	/** When each item finished, in that order. */
	doneAtMs: number[];
}

/** The default retry policy of a new node. */
const policy: RetryPolicy = {
	maxRetries: 5,
	retryOn: new Set(['429', '500', '502', '503', '504', 'connection']),
	maxWaitMs: 300_000,
};

/** Sends an execution's items as the node does: acquires a permit, sends, and retries after a wait. */
export async function simulateExecution(execution: SimulatedExecution): Promise<ExecutionReport> {
	const { clock, service, governor, itemCount, concurrency } = execution;
	const report: ExecutionReport = { failedCount: 0, rejections: [], doneAtMs: [] };
	await forEachConcurrently(itemCount, concurrency, async (index) => {
		let rejectionCount = 0;
		const attempt = async () => {
			const permit = await governor.acquire(undefined, concurrency);
			const rejection = await service.answer();
			if (rejection === undefined) return permit.succeeded();
			permit.rejected();
			rejectionCount += 1;
			throw rejection;
		};
		await withRetry(attempt, { models: ['model'], policy, clock }).catch(() => {
			report.failedCount += 1;
		});
		report.rejections[index] = rejectionCount;
		report.doneAtMs.push(clock.now());
	});
	return report;
}
