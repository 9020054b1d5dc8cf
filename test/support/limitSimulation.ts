import { refusedAnswerError, type InferenceError } from '../../inference/InferenceError';
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
 * A service that holds `limit` requests and answers 429 to the rest after a fifth of a second.
 * Answers take log-normal times, as chat answers do: their length varies, not the queue.
 */
export class SimulatedService {
	inService = 0;

	rejectionCount = 0;

	/** Work that was done, in milliseconds of one place. */
	workedMs = 0;

	private usedPlaceMs = 0;

	private offeredPlaceMs = 0;

	private measuredAtMs = 0;

	private readonly random: () => number;

	constructor(
		private readonly clock: FakeClock,
		private limit: number,
		seed: number,
	) {
		this.random = seededRandom(seed);
	}

	/** The part of the places offered until now that were in use. */
	get utilisation(): number {
		this.measure();
		return this.usedPlaceMs / this.offeredPlaceMs;
	}

	setLimit(limit: number): void {
		this.measure();
		this.limit = limit;
	}

	/** Ends when the answer is there, or with the refusal. */
	async answer(): Promise<InferenceError | undefined> {
		if (this.inService >= this.limit) {
			this.rejectionCount += 1;
			await this.clock.sleep(rejectionMs);
			return refusedAnswerError({ status: 429 });
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
		this.usedPlaceMs += passedMs * Math.min(this.inService, this.limit);
		this.offeredPlaceMs += passedMs * this.limit;
		this.measuredAtMs += passedMs;
	}
}

export interface SimulatedExecution {
	clock: FakeClock;
	service: SimulatedService;
	governor: Governor;
	itemCount: number;
	/** Items at work at once, waiting ones included, as 'Max Concurrency' has it. */
	concurrency: number;
}

export interface ExecutionReport {
	failedCount: number;
	/** By item: how often it was answered 429. */
	rejections: number[];
	/** When each item was done, in the order in which they were. */
	doneAtMs: number[];
}

/** The retry policy that a new node has. */
const policy: RetryPolicy = {
	maxRetries: 5,
	retryOn: new Set(['429', '500', '502', '503', '504', 'connection']),
	maxWaitMs: 300_000,
};

/** Sends one execution's items the way the node does: permit, request, wait and again. */
export async function simulateExecution(execution: SimulatedExecution): Promise<ExecutionReport> {
	const { clock, service, governor, itemCount, concurrency } = execution;
	const report: ExecutionReport = { failedCount: 0, rejections: [], doneAtMs: [] };
	await forEachConcurrently(itemCount, concurrency, async (index) => {
		let rejectionCount = 0;
		const attempt = async () => {
			const permit = await governor.acquire(undefined, concurrency);
			const refusal = await service.answer();
			if (refusal === undefined) return permit.succeeded();
			permit.rejected();
			rejectionCount += 1;
			throw refusal;
		};
		await withRetry(attempt, { models: ['model'], policy, clock }).catch(() => {
			report.failedCount += 1;
		});
		report.rejections[index] = rejectionCount;
		report.doneAtMs.push(clock.now());
	});
	return report;
}
