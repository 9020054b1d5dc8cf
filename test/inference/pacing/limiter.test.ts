import { AdaptiveLimiter, FixedLimiter } from '../../../inference/pacing/limiter';
import { simulatePacing, type PacingCase } from '../../support/pacingSimulation';

/** Requests that fill the limit and are all accepted. */
function fill(limiter: AdaptiveLimiter) {
	const requests = Array.from({ length: limiter.limit }, (_, index) => limiter.start(index + 1));
	for (const request of requests) limiter.accepted(request);
	return requests;
}

/** Requests one after the other, each the last of `inFlight`, accepted and answered. */
function succeed(limiter: AdaptiveLimiter, count: number, inFlight = limiter.limit): number {
	for (let index = 0; index < count; index += 1) {
		const request = limiter.start(inFlight);
		limiter.accepted(request);
		// Another request ends in the meantime, so the acceptance is early.
		limiter.ended();
		limiter.succeeded(request);
	}
	return limiter.limit;
}

function reject(limiter: AdaptiveLimiter, inFlight: number): number {
	limiter.rejected(limiter.start(inFlight + 1), inFlight);
	return limiter.limit;
}

/** How many successes it takes until each of the next probes, which are all rejected. */
function holdsOf(limiter: AdaptiveLimiter, probeCount: number): number[] {
	const { limit } = limiter;
	return Array.from({ length: probeCount }, () => {
		let successes = 0;
		while (limiter.limit === limit) {
			succeed(limiter, 1, limit);
			successes += 1;
		}
		reject(limiter, limit);
		return successes;
	});
}

describe('AdaptiveLimiter', () => {
	test('starts at 8 and doubles each time the service accepts the last allowed request', () => {
		const limiter = new AdaptiveLimiter();
		const limits = [limiter.limit];
		for (let round = 0; round < 3; round += 1) {
			fill(limiter);
			limits.push(limiter.limit);
		}
		expect(limits).toEqual([8, 16, 32, 64]);
	});

	test('learns nothing from an acceptance that leaves slots unused', () => {
		const limiter = new AdaptiveLimiter();
		for (let index = 0; index < 100; index += 1) limiter.accepted(limiter.start(7));
		expect(limiter.limit).toBe(8);
	});

	test.each([
		[7, 7],
		[3, 3],
		[1, 1],
		[0, 1],
	])('cuts to the requests in flight when they are %i, never below 1', (inFlight, expected) => {
		expect(reject(new AdaptiveLimiter(), inFlight)).toBe(expected);
	});

	test('never rises because of a rejection', () => {
		expect(reject(new AdaptiveLimiter(), 50)).toBe(8);
	});

	test('follows a burst of rejections down to what is still in flight', () => {
		const limiter = new AdaptiveLimiter();
		const requests = Array.from({ length: 8 }, (_, index) => limiter.start(index + 1));
		for (const [index, request] of requests.slice(4).entries()) {
			limiter.rejected(request, 7 - index);
		}
		expect(limiter.limit).toBe(4);
	});

	test('holds the measured limit for ten successes, then probes with one more', () => {
		const limiter = new AdaptiveLimiter();
		reject(limiter, 5);
		expect(succeed(limiter, 9)).toBe(5);
		expect(succeed(limiter, 1)).toBe(6);
	});

	test('holds twice as long each time that a probe is rejected, up to a maximum', () => {
		const limiter = new AdaptiveLimiter();
		reject(limiter, 5);
		expect(holdsOf(limiter, 4)).toEqual([10, 20, 40, 8 * 5 + 16]);
	});

	test('holds for less time after a rejection without a probe, because slots are shared', () => {
		const limiter = new AdaptiveLimiter();
		reject(limiter, 4);
		reject(limiter, 2);
		expect(holdsOf(limiter, 3)).toEqual([2, 2 * 2, 2 * 2]);
	});

	test('does not take the rest of a burst for requests of another process', () => {
		const limiter = new AdaptiveLimiter();
		const burst = Array.from({ length: 8 }, (_, index) => limiter.start(index + 1));
		limiter.rejected(burst[7]!, 7);
		limiter.succeeded(burst[0]!);
		const next = limiter.start(7);
		limiter.rejected(burst[6]!, 6);
		limiter.rejected(next, 5);
		// Ten, of which there was one before the rest of the burst was rejected.
		expect(holdsOf(limiter, 1)).toEqual([9]);
	});

	test('ignores one rejection below a level that the service has accepted before', () => {
		const limiter = new AdaptiveLimiter();
		fill(limiter);
		expect(reject(limiter, 5)).toBe(16);
		expect(reject(limiter, 5)).toBe(5);
	});

	test('counts requests that end otherwise, so that responses in transit are not taken for room', () => {
		const limiter = new AdaptiveLimiter();
		reject(limiter, 5);
		succeed(limiter, 10, 5);
		expect(limiter.limit).toBe(6);
		const request = limiter.start(6);
		limiter.ended();
		limiter.accepted(request);
		expect(limiter.limit).toBe(6);
		limiter.accepted(limiter.start(6));
		expect(limiter.limit).toBe(7);
	});

	test('starts again from at most 8 after the account was idle', () => {
		const limiter = new AdaptiveLimiter();
		fill(limiter);
		fill(limiter);
		limiter.restart();
		expect(limiter.limit).toBe(8);
		fill(limiter);
		expect(limiter.limit).toBe(16);
		const low = new AdaptiveLimiter();
		reject(low, 2);
		low.restart();
		expect(low.limit).toBe(2);
	});
});

describe('FixedLimiter', () => {
	test('keeps its number, whatever the service says', () => {
		const limiter = new FixedLimiter(3);
		limiter.start(1);
		limiter.accepted();
		limiter.rejected();
		limiter.succeeded();
		limiter.ended();
		limiter.restart();
		expect(limiter.limit).toBe(3);
	});
});

const constant = (ms: number) => () => ms;
const logNormal = (ms: number) => (random: () => number) =>
	ms *
	Math.exp(0.6 * Math.sqrt(-2 * Math.log(random() || 1e-9)) * Math.cos(2 * Math.PI * random()));

const median = (values: number[]) => [...values].sort((left, right) => left - right)[3] ?? NaN;

describe('compared with a client that knows the limit (median of seven seeds)', () => {
	const noLimit = Infinity;
	test.each<[string, Omit<PacingCase, 'earlyHeads'>, early: number, late: number, most: number]>([
		[
			'200 items, limit 10, 300 ms',
			{ items: 200, limit: 10, answerMs: constant(300) },
			1.02,
			1.07,
			1.06,
		],
		[
			'2,000 items, limit 10, 300 ms',
			{ items: 2000, limit: 10, answerMs: constant(300) },
			1.02,
			1.02,
			1.06,
		],
		[
			'20 items, limit 1, 300 ms',
			{ items: 20, limit: 1, answerMs: constant(300) },
			1.02,
			1.02,
			1.4,
		],
		[
			'1,000 items, limit 50, log-normal 300 ms',
			{ items: 1000, limit: 50, answerMs: logNormal(300), maxConcurrency: 512 },
			1.02,
			1.05,
			1.06,
		],
		[
			'4,000 items, limit 200, log-normal 600 ms',
			{ items: 4000, limit: 200, answerMs: logNormal(600), maxConcurrency: 512 },
			0.98,
			1.11,
			1.06,
		],
		[
			'500 items, limit 50, log-normal 8 s',
			{ items: 500, limit: 50, answerMs: logNormal(8000), maxConcurrency: 512 },
			1.01,
			1.07,
			1.06,
		],
		[
			'100 items, no limit, 500 ms',
			{ items: 100, limit: noLimit, answerMs: constant(500) },
			1.08,
			2.02,
			1,
		],
		[
			'1,000 items, no limit, 5 % random 429s, 300 ms',
			{ items: 1000, limit: noLimit, answerMs: constant(300), random429: 0.05 },
			1.35,
			3.2,
			1.07,
		],
		[
			'1,000 items, no limit, 5 % random 429s, 8 s',
			{ items: 1000, limit: noLimit, answerMs: logNormal(8000), random429: 0.05 },
			1.13,
			2.35,
			1.07,
		],
	])('%s', (_, pacingCase, early, late, mostRequests) => {
		const { items, limit, maxConcurrency = 64 } = pacingCase;
		for (const [earlyHeads, mostTime] of [
			[true, early],
			[false, late],
		] as const) {
			const run = (makeLimiter: () => AdaptiveLimiter | FixedLimiter) =>
				[1, 2, 3, 4, 5, 6, 7].map((seed) =>
					simulatePacing(makeLimiter(), seed, { ...pacingCase, earlyHeads }),
				);
			const told = run(() => new FixedLimiter(Math.min(limit, maxConcurrency)));
			const adaptive = run(() => new AdaptiveLimiter());
			const time = median(adaptive.map(({ ms }) => ms)) / median(told.map(({ ms }) => ms));
			expect(time).toBeLessThanOrEqual(mostTime);
			expect(median(adaptive.map(({ requests }) => requests)) / items).toBeLessThanOrEqual(
				mostRequests,
			);
		}
	});
});
