import { Governor } from '../../../inference/pacing/Governor';
import { AdaptiveLimiter, FixedLimiter } from '../../../inference/pacing/limiter';
import { FakeClock, seededRandom } from '../../support/fakeClock';
import {
	SimulatedService,
	simulateExecution,
	type ExecutionReport,
} from '../../support/limitSimulation';

/** That many requests one after the other, each among `inFlight`, all answered. */
function succeed(limiter: AdaptiveLimiter, count: number, inFlight = limiter.limit): number {
	for (let request = 0; request < count; request += 1) limiter.succeeded(limiter.start(inFlight));
	return limiter.limit;
}

function reject(limiter: AdaptiveLimiter, inFlight: number): number {
	limiter.rejected(limiter.start(inFlight + 1), inFlight);
	return limiter.limit;
}

describe('AdaptiveLimiter', () => {
	test('starts at 8 and doubles with each round of successes', () => {
		const limiter = new AdaptiveLimiter();
		expect(limiter.limit).toBe(8);
		expect(succeed(limiter, 5)).toBe(12);
		expect(succeed(limiter, 5)).toBe(16);
		expect(succeed(limiter, 16)).toBe(32);
		expect(succeed(limiter, 32)).toBe(64);
	});

	test('learns nothing from successes while less than half the limit is in use', () => {
		const limiter = new AdaptiveLimiter();
		expect(succeed(limiter, 100, 3)).toBe(8);
		expect(succeed(limiter, 10, 4)).toBeGreaterThan(8);
	});

	test('cuts to nine tenths of what the service still holds', () => {
		const limiter = new AdaptiveLimiter();
		succeed(limiter, 10);
		expect(reject(limiter, 10)).toBe(9);
	});

	test.each([
		[4, 4],
		[3, 3],
		[2, 2],
		[1, 1],
		[0, 1],
	])('cuts to what is in flight when it is %i, never below 1', (inFlight, expected) => {
		expect(reject(new AdaptiveLimiter(), inFlight)).toBe(expected);
	});

	test('never rises by a rejection', () => {
		expect(reject(new AdaptiveLimiter(), 50)).toBe(8);
	});

	test('cuts once for a burst, then only to what is still held', () => {
		const limiter = new AdaptiveLimiter();
		const requests = Array.from({ length: 30 }, (_, index) => limiter.start(index + 1));
		const limits = requests.slice(0, 4).map((request, index) => {
			limiter.rejected(request, 7 - index);
			return limiter.limit;
		});
		expect(limits).toEqual([6, 6, 5, 4]);
	});

	test('cuts again for a request that was sent after the last cut', () => {
		const limiter = new AdaptiveLimiter();
		expect(reject(limiter, 7)).toBe(6);
		expect(reject(limiter, 6)).toBe(5);
	});

	test('learns nothing from the success of a request that was sent before the last cut', () => {
		const limiter = new AdaptiveLimiter();
		const early = Array.from({ length: 20 }, () => limiter.start(8));
		expect(reject(limiter, 7)).toBe(6);
		for (const request of early) limiter.succeeded(request);
		expect(limiter.limit).toBe(6);
		expect(succeed(limiter, 10)).toBe(7);
	});

	test('counts the last request before a cut as one from before it', () => {
		const limiter = new AdaptiveLimiter();
		const [first, last] = [limiter.start(8), limiter.start(8)];
		limiter.rejected(first, 7);
		for (let answer = 0; answer < 20; answer += 1) limiter.succeeded(last);
		expect(limiter.limit).toBe(6);
		limiter.rejected(last, 6);
		expect(limiter.limit).toBe(6);
	});

	test('probes with one more after a cut, then with two, four and eight', () => {
		const limiter = new AdaptiveLimiter();
		reject(limiter, 7);
		expect(succeed(limiter, 9)).toBe(6);
		expect(succeed(limiter, 1)).toBe(7);
		expect(succeed(limiter, 10)).toBe(9);
		expect(succeed(limiter, 10)).toBe(13);
		expect(succeed(limiter, 13)).toBe(21);
	});

	test('begins a new round with each cut', () => {
		const limiter = new AdaptiveLimiter();
		reject(limiter, 7);
		succeed(limiter, 19);
		expect(reject(limiter, 7)).toBe(6);
		expect(succeed(limiter, 9)).toBe(6);
		expect(succeed(limiter, 1)).toBe(7);
	});

	test('probes soon again after it has fallen from a high limit to a low one', () => {
		const limiter = new AdaptiveLimiter();
		for (const round of [10, 16, 32, 64]) succeed(limiter, round);
		expect(limiter.limit).toBe(128);
		expect(reject(limiter, 4)).toBe(4);
		expect(succeed(limiter, 10)).toBe(5);
	});
});

describe('FixedLimiter', () => {
	test('keeps its number whatever the service says', () => {
		const limiter = new FixedLimiter(3);
		limiter.start(1);
		limiter.rejected();
		limiter.succeeded();
		expect(limiter.limit).toBe(3);
	});
});

function open(limit: number, seed = 1) {
	const clock = new FakeClock(seededRandom(seed));
	const service = new SimulatedService(clock, limit, seed + 1000);
	const openGovernor = () => new Governor(new AdaptiveLimiter(), clock);
	const run = async (itemCount: number, concurrency: number, governor: Governor) =>
		await simulateExecution({ clock, service, governor, itemCount, concurrency });
	return { clock, service, openGovernor, run };
}

/** Which part of all answers between the two moments went to the execution that joined. */
function shareOf(joined: ExecutionReport, other: ExecutionReport, fromMs: number): number {
	const untilMs = Math.max(...joined.doneAtMs);
	const meanwhile = other.doneAtMs.filter((doneMs) => doneMs > fromMs && doneMs <= untilMs);
	return joined.doneAtMs.length / (joined.doneAtMs.length + meanwhile.length);
}

describe('adaptive concurrency against a service whose limit nobody knows', () => {
	test.each([1, 4, 10, 50, 200])(
		'does at least 0.9 of what is possible at a limit of %i, with few rejections',
		async (limit) => {
			const { clock, service, openGovernor, run } = open(limit);
			const itemCount = 400 * limit;
			const report = await clock.runUntil(run(itemCount, Math.max(64, 2 * limit), openGovernor()));
			const oracleMs = service.workedMs / limit;
			expect(oracleMs / clock.now()).toBeGreaterThanOrEqual(0.9);
			expect(service.rejectionCount / itemCount).toBeLessThanOrEqual(0.12);
			expect(Math.max(...report.rejections)).toBeLessThanOrEqual(5);
			expect(report.failedCount).toBe(0);
			expect(report.doneAtMs).toHaveLength(itemCount);
			expect(service.inService).toBe(0);
		},
		30_000,
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
			expect(service.utilisation).toBeGreaterThanOrEqual(0.75);
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

	test.each([10, 50])(
		'leaves at least a quarter of a limit of %i to another n8n that joins',
		async (limit) => {
			const { clock, openGovernor, run } = open(limit);
			const first = run(80 * limit, 64, openGovernor());
			await clock.advance(60_000);
			const joinedAtMs = clock.now();
			const second = await clock.runUntil(run(20 * limit, 64, openGovernor()));
			const finished = await clock.runUntil(first);
			expect(shareOf(second, finished, joinedAtMs)).toBeGreaterThanOrEqual(0.25);
			expect(second.failedCount + finished.failedCount).toBe(0);
		},
	);

	test('answers every one of a hundred executions that start at the same moment', async () => {
		const { clock, openGovernor, run } = open(8);
		const governor = openGovernor();
		const executions = Array.from({ length: 100 }, async () => await run(1, 64, governor));
		const reports = await clock.runUntil(Promise.all(executions));
		expect(reports.every(({ failedCount }) => failedCount === 0)).toBe(true);
		expect(governor.isIdle).toBe(true);
	});
});
