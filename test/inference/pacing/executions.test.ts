import { Governor } from '../../../inference/pacing/Governor';
import { AdaptiveLimiter } from '../../../inference/pacing/limiter';
import { FakeClock, seededRandom } from '../../support/fakeClock';
import {
	SimulatedService,
	simulateExecution,
	type ExecutionReport,
} from '../../support/limitSimulation';

// Virtual time, but many events: a busy machine can need minutes.
jest.setTimeout(300_000);

function open(limit: number, seed = 1) {
	const clock = new FakeClock(seededRandom(seed));
	const service = new SimulatedService(clock, limit, seed + 1000);
	const openGovernor = () => new Governor(new AdaptiveLimiter(), clock);
	const run = async (itemCount: number, concurrency: number, governor: Governor) =>
		await simulateExecution({ clock, service, governor, itemCount, concurrency });
	return { clock, service, openGovernor, run };
}

/** The fraction of the answers in the meantime that went to the execution that joined. */
function shareOf(joined: ExecutionReport, other: ExecutionReport, fromMs: number): number {
	const untilMs = Math.max(...joined.doneAtMs);
	const meanwhile = other.doneAtMs.filter((doneMs) => doneMs > fromMs && doneMs <= untilMs);
	return joined.doneAtMs.length / (joined.doneAtMs.length + meanwhile.length);
}

describe('adaptive concurrency of whole executions against an unknown limit', () => {
	test.each([1, 4, 10, 50, 200])(
		'does at least 0.95 of what is possible at a limit of %i, with few rejections',
		async (limit) => {
			const { clock, service, openGovernor, run } = open(limit);
			const itemCount = 250 * limit;
			const report = await clock.runUntil(run(itemCount, Math.max(64, 2 * limit), openGovernor()));
			const optimumMs = service.workedMs / limit;
			expect(optimumMs / clock.now()).toBeGreaterThanOrEqual(0.95);
			expect(service.rejectionCount / itemCount).toBeLessThanOrEqual(0.12);
			expect(report.failedCount).toBe(0);
			expect(report.doneAtMs).toHaveLength(itemCount);
			expect(service.inService).toBe(0);
		},
	);

	test.each([200_000, 400_000])(
		'uses at least three quarters of a limit that moves from 50 to 15 to 80, %i ms each',
		async (phaseMs) => {
			const { clock, service, openGovernor, run } = open(50);
			const governor = openGovernor();
			void run(100_000, 200, governor);
			for (const limit of [50, 15, 80]) {
				service.setLimit(limit);
				await clock.advance(phaseMs);
				expect(governor.limit).toBeGreaterThanOrEqual(0.8 * limit);
				expect(governor.limit).toBeLessThanOrEqual(1.2 * limit);
			}
			expect(service.utilization).toBeGreaterThanOrEqual(0.75);
		},
	);

	test.each([10, 50])('gives an execution that joins its half of a limit of %i', async (limit) => {
		const { clock, openGovernor, run } = open(limit);
		const governor = openGovernor();
		const first = run(80 * limit, 64, governor);
		await clock.advance(60_000);
		const joinedAtMs = clock.now();
		const second = await clock.runUntil(run(20 * limit, 64, governor));
		const share = shareOf(second, await clock.runUntil(first), joinedAtMs);
		expect(share).toBeGreaterThanOrEqual(0.4);
		expect(share).toBeLessThanOrEqual(0.6);
	});

	test('answers a one-item execution next to two batches within one and a half answers', async () => {
		const { clock, service, openGovernor, run } = open(8);
		const governor = openGovernor();
		const batches = [run(200, 64, governor), run(200, 64, governor)];
		const waits: number[] = [];
		for (let chat = 0; chat < 9; chat += 1) {
			await clock.advance(20_000);
			const workedMs = service.workedMs;
			const startedMs = clock.now();
			const { doneAtMs } = await clock.runUntil(run(1, 64, governor));
			waits.push((doneAtMs[0] ?? NaN) - startedMs);
			expect(service.workedMs).toBeGreaterThan(workedMs);
		}
		// Answers take seven seconds on average.
		expect(waits.sort((left, right) => left - right)[4]).toBeLessThanOrEqual(1.5 * 7000);
		await clock.runUntil(Promise.all(batches));
	});

	test.each([
		[2, 8],
		[4, 4],
		[6, 3],
		[8, 4],
	])('loses no item with %i workers on %i slots', async (workers, limit) => {
		const { clock, openGovernor, run } = open(limit);
		const runs = Array.from({ length: workers }, async () => await run(40, 64, openGovernor()));
		const reports = await clock.runUntil(Promise.all(runs));
		expect(reports.map(({ failedCount }) => failedCount)).toEqual(runs.map(() => 0));
	});

	test.each([
		[2, 4],
		[2, 8],
		[2, 16],
		[4, 4],
		[4, 8],
		[4, 16],
	])('%i workers that share %i slots need at most 1.15 of the time', async (workers, limit) => {
		const { clock, service, openGovernor, run } = open(limit);
		const itemCount = (250 * limit) / workers;
		const runs = Array.from({ length: workers }, () => run(itemCount, 64, openGovernor()));
		const reports = await clock.runUntil(Promise.all(runs));
		expect(clock.now() / (service.workedMs / limit)).toBeLessThanOrEqual(1.15);
		expect(reports.map(({ failedCount }) => failedCount)).toEqual(runs.map(() => 0));
	});

	test('answers every one of a hundred executions that start at the same moment', async () => {
		const { clock, openGovernor, run } = open(8);
		const governor = openGovernor();
		const executions = Array.from({ length: 100 }, async () => await run(1, 64, governor));
		const reports = await clock.runUntil(Promise.all(executions));
		expect(reports.every(({ failedCount }) => failedCount === 0)).toBe(true);
		expect(governor.isIdle).toBe(true);
	});
});
