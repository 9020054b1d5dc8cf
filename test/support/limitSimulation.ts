import { statusError } from '../../inference/http/statusError';
import type { InferenceError } from '../../inference/InferenceError';
import type { Governor } from '../../inference/pacing/Governor';
import type { Permit } from '../../inference/pacing/Permit';
import { withRetry, type RetryPolicy } from '../../inference/pacing/retry';
import { startItems } from '../../nodes/WandbInferenceChat/startItems';
import { seededRandom, type FakeClock } from './fakeClock';

const rejectionMs = 200;
/** The way of a request to the service, and of a response back. */
const tripMs = 20;
const headMs = 200;
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
	get utilization(): number {
		this.measure();
		return this.usedSlotMs / this.offeredSlotMs;
	}

	setLimit(limit: number): void {
		this.measure();
		this.limit = limit;
	}

	/**
	 * Resolves when the completion is done, or with the error of a rejected request. Calls
	 * `onAccepted` when the head of the response arrives.
	 */
	async answer(onAccepted: () => void): Promise<InferenceError | undefined> {
		await this.clock.sleep(tripMs);
		if (this.inService >= this.limit) {
			this.rejectionCount += 1;
			await this.clock.sleep(rejectionMs);
			return statusError({ status: 429 });
		}
		const latencyMs = this.nextLatencyMs();
		this.changeInService(1);
		await this.clock.sleep(headMs);
		onAccepted();
		await this.clock.sleep(latencyMs - headMs);
		this.changeInService(-1);
		this.workedMs += latencyMs;
		await this.clock.sleep(tripMs);
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
	countsOverloads: false,
	retryOn: new Set(['429', '500', '502', '503', '504', 'connection']),
	maxWaitMs: 300_000,
};

/** Sends an execution's items as the node does: acquires a permit, sends, and retries after a wait. */
export async function simulateExecution(execution: SimulatedExecution): Promise<ExecutionReport> {
	const { clock, service, governor, itemCount, concurrency } = execution;
	const report: ExecutionReport = { failedCount: 0, rejections: [], doneAtMs: [] };
	const theRun = { maxConcurrency: concurrency };
	const acquire = async () => await governor.acquire({ run: theRun });
	await startItems(
		itemCount,
		acquire,
		async (index, firstPermit) => {
			let rejectionCount = 0;
			let first: Permit | undefined = firstPermit;
			const send = async (permit: Permit) => {
				permit.sent();
				const rejection = await service.answer(permit.accepted);
				if (rejection === undefined) return permit.succeeded();
				rejectionCount += 1;
				throw rejection;
			};
			await withRetry({
				models: ['model'],
				policy,
				clock,
				acquire: async (model, maxWaitMs, isRetry) => {
					const permit = first;
					first = undefined;
					return permit ?? (await governor.acquire({ run: theRun, model, maxWaitMs, isRetry }));
				},
				send,
				end: (permit) => permit.rejected(),
				hasSlotsHeldByOthers: () => governor.heldSlots > 0,
			}).catch(() => {
				report.failedCount += 1;
			});
			report.rejections[index] = rejectionCount;
			report.doneAtMs.push(clock.now());
		},
		Math.max(256, 2 * concurrency),
	);
	return report;
}
