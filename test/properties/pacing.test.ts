import fc from 'fast-check';
import { InferenceError, type InferenceErrorKind } from '../../inference/InferenceError';
import { Governor } from '../../inference/pacing/Governor';
import type { Permit } from '../../inference/pacing/Permit';
import { AdaptiveLimiter, FixedLimiter, type RequestStart } from '../../inference/pacing/limiter';
import { backoffMs } from '../../inference/pacing/backoff';
import { nextStep, withRetry, type Progress, type RetryPolicy } from '../../inference/pacing/retry';
import { startItems } from '../../nodes/WandbInferenceChat/startItems';
import { parseRetryAfterMs } from '../../inference/http/parseRetryAfterMs';
import { FakeClock, seededRandom, settled } from '../support/fakeClock';

const kinds: InferenceErrorKind[] = [
	...(['concurrency', 'rateLimit', 'overloaded', 'server', 'connection'] as const),
	...(['incompleteAnswer', 'timeout', 'quota', 'badRequest', 'authentication'] as const),
];
const failure = fc
	.record({
		kind: fc.constantFrom(...kinds),
		status: fc.constantFrom(undefined, 408, 429, 500, 502, 503, 504, 520, 524),
		retryAfterMs: fc.option(fc.double({ min: 0, max: 200_000, noNaN: true }), { nil: undefined }),
	})
	.map((facts) => new InferenceError('It failed', facts));

const policy: fc.Arbitrary<RetryPolicy> = fc.record({
	maxRetries: fc.nat({ max: 8 }),
	countsOverloads: fc.constant(true),
	maxWaitMs: fc.nat({ max: 400_000 }),
	retryOn: fc
		.subarray(['408', '429', '500', '502', '503', '504', 'connection'] as const)
		.map((causes) => new Set(causes)),
});
const randomNumber = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

test('a wait is never shorter than the service asked for or longer than the time left', () => {
	const progress: fc.Arbitrary<Progress> = fc.record({
		retries: fc.nat({ max: 8 }),
		overloads: fc.nat({ max: 8 }),
		rejections: fc.nat({ max: 60 }),
	});
	const situation = fc.record({
		leftMs: fc.nat({ max: 400_000 }),
		hasSlotsHeldByOthers: fc.boolean(),
	});
	const inputs = fc.tuple(failure, progress, policy, situation, randomNumber);
	fc.assert(
		fc.property(inputs, ([error, before, rules, now, random]) => {
			const { waitMs } = nextStep(error, { ...before }, rules, now, random);
			if (waitMs === undefined) return;
			const isFreedByOthers = error.kind === 'concurrency' && now.hasSlotsHeldByOthers;
			expect(waitMs).toBeGreaterThanOrEqual(isFreedByOthers ? 0 : (error.retryAfterMs ?? 0));
			expect(waitMs).toBeLessThanOrEqual(now.leftMs);
			const longestMs = Math.max(30_000, (error.retryAfterMs ?? 0) * 1.1);
			expect(waitMs).toBeLessThanOrEqual(longestMs);
		}),
		{ numRuns: 2000 },
	);
});

test("a Retry-After date counts by the service's clock, no matter how wrong ours is", () => {
	const seconds = fc.integer({ min: 0, max: 4_000_000_000 });
	fc.assert(
		fc.property(seconds, fc.integer({ min: -900, max: 900 }), seconds, (sent, wait, ours) => {
			const headers = {
				date: new Date(sent * 1000).toUTCString(),
				'retry-after': new Date((sent + wait) * 1000).toUTCString(),
			};
			expect(parseRetryAfterMs(headers, ours * 1000)).toBe(Math.max(0, wait * 1000));
		}),
	);
});

test('a backoff is between half and all of its exponential value, and at most 30 seconds', () => {
	fc.assert(
		fc.property(
			fc.nat({ max: 2000 }),
			fc.constantFrom(500, 2000),
			randomNumber,
			(count, base, random) => {
				const fullMs = Math.min(30_000, base * 2 ** count);
				const waitMs = backoffMs(count, random, { firstMs: base, maxMs: 30_000 });
				expect(waitMs).toBeGreaterThanOrEqual(fullMs / 2);
				expect(waitMs).toBeLessThanOrEqual(fullMs);
			},
		),
	);
});

test('no item waits longer or is sent more often than allowed, whatever errors it gets', async () => {
	await fc.assert(
		fc.asyncProperty(
			fc.array(failure, { minLength: 1, maxLength: 40 }),
			policy,
			fc.nat({ max: 2 }),
			fc.integer(),
			async (failures, rules, fallbackCount, seed) => {
				const clock = new FakeClock(seededRandom(seed));
				const models = ['a', 'b', 'c'].slice(0, fallbackCount + 1);
				let sent = 0;
				let counted = 0;
				const attempt = async () => {
					const error = failures[sent];
					sent += 1;
					if (!error) return 'answer';
					if (error.kind !== 'concurrency') counted += 1;
					return await Promise.reject(error);
				};
				const running = withRetry({
					models,
					policy: rules,
					clock,
					acquire: async () => await Promise.resolve({ waitedMs: 0 } as Permit),
					send: attempt,
					end: () => undefined,
					hasSlotsHeldByOthers: () => false,
				}).then(
					({ attempts }) => attempts,
					(error: InferenceError) => error.attempts,
				);
				expect(await clock.runUntil(running)).toBe(sent);
				expect(counted).toBeLessThanOrEqual((rules.maxRetries + 1) * models.length);
				const waitedMs = clock.sleptMs.reduce((sum, waitMs) => sum + waitMs, 0);
				expect(waitedMs).toBeLessThanOrEqual(rules.maxWaitMs + 1e-6);
				expect(clock.pendingCount).toBe(0);
			},
		),
		{ numRuns: 150 },
	);
});

const ends = ['accepted', 'succeeded', 'rejected', 'ended'] as const;

test('the adaptive limit is always a whole number of at least one', () => {
	const step = fc.tuple(fc.constantFrom('start', ...ends), fc.nat({ max: 100 }));
	fc.assert(
		fc.property(fc.array(step, { maxLength: 300 }), (steps) => {
			const limiter = new AdaptiveLimiter();
			const running: RequestStart[] = [];
			for (const [action, position] of steps) {
				const before = limiter.limit;
				const [request] =
					action === 'start'
						? []
						: action === 'accepted'
							? running.slice(position % (running.length || 1))
							: running.splice(position % (running.length || 1), 1);
				if (action === 'start') running.push(limiter.start(running.length + 1));
				else if (request && action === 'accepted') limiter.accepted(request);
				else if (request && action === 'succeeded') limiter.succeeded(request);
				else if (request && action === 'ended') limiter.ended();
				else if (request && action === 'rejected') {
					limiter.rejected(request, running.length);
					expect(limiter.limit).toBeLessThanOrEqual(before);
				}
				expect(Number.isInteger(limiter.limit)).toBe(true);
				expect(limiter.limit).toBeGreaterThanOrEqual(1);
			}
		}),
	);
});

/** One event: a request asks for a permit, a permit ends (twice), a request gives up, or time passes. */
const governorStep = fc.oneof(
	fc.record({
		acquire: fc.constantFrom(1, 3, Infinity),
		canGiveUp: fc.boolean(),
		isRetry: fc.boolean(),
		model: fc.constantFrom(undefined, 'a', 'b'),
	}),
	fc.record({
		end: fc.constantFrom('succeeded', 'rejected', 'ended', 'overloaded', 'rateLimit'),
		again: fc.constantFrom(...ends),
		which: fc.nat({ max: 50 }),
		retryAfterMs: fc.constantFrom(undefined, 0, 500, 90_000),
	}),
	fc.record({ giveUp: fc.nat({ max: 50 }) }),
	fc.record({ passMs: fc.nat({ max: 2000 }) }),
);

test('no more requests run than the limits allow, each permit counts once, and no request is forgotten', async () => {
	await fc.assert(
		fc.asyncProperty(
			fc.array(governorStep, { maxLength: 60 }),
			fc.option(fc.integer({ min: 1, max: 6 }), { nil: undefined }),
			async (steps, fixed) => {
				const clock = new FakeClock();
				const limiter = fixed === undefined ? new AdaptiveLimiter() : new FixedLimiter(fixed);
				const governor = new Governor(limiter, clock);
				const permits: Array<{ permit: Permit; maximum: number }> = [];
				const runs = new Map(
					[1, 3, Infinity].map((maximum) => [maximum, { maxConcurrency: maximum }]),
				);
				const cancellable: AbortController[] = [];
				let admitted = 0;
				let gaveUp = 0;
				let requested = 0;
				for (const step of steps) {
					const limitBefore = governor.limit;
					const runningBefore = governor.inFlight;
					if ('acquire' in step) {
						const abort = new AbortController();
						if (step.canGiveUp) cancellable.push(abort);
						requested += 1;
						const onPermit = (permit: Permit | undefined) => {
							if (!permit) return void (gaveUp += 1);
							permits.push({ permit, maximum: step.acquire });
							admitted += 1;
						};
						const { isRetry, model } = step;
						const run = runs.get(step.acquire) ?? { maxConcurrency: NaN };
						const { signal } = abort;
						void governor
							.acquire({ run, isRetry, model, signal, maxWaitMs: 30_000 })
							.then(onPermit, () => (gaveUp += 1));
					} else if ('end' in step) {
						const [ended] = permits.splice(step.which % (permits.length || 1), 1);
						if (step.end === 'overloaded' || step.end === 'rateLimit') {
							ended?.permit.unavailable(step.end, step.retryAfterMs);
						} else ended?.permit[step.end]();
						await settled();
						const { inFlight, limit } = governor;
						ended?.permit[step.again]();
						expect([governor.inFlight, governor.limit]).toEqual([inFlight, limit]);
					} else if ('giveUp' in step)
						cancellable[step.giveUp % (cancellable.length || 1)]?.abort();
					else await clock.advance(step.passMs);
					await settled();
					expect(governor.inFlight).toBe(permits.length);
					expect(governor.limit).toBeGreaterThanOrEqual(1);
					if (governor.inFlight > runningBefore) {
						const maximum = Math.max(limitBefore, governor.limit);
						expect(governor.inFlight).toBeLessThanOrEqual(maximum);
					}
					for (const ownMaximum of [1, 3]) {
						const running = permits.filter(({ maximum }) => maximum === ownMaximum).length;
						expect(running).toBeLessThanOrEqual(ownMaximum);
					}
				}
				while (admitted + gaveUp < requested) {
					permits.splice(0).forEach(({ permit }) => permit.succeeded());
					await clock.advance(60_000);
				}
				permits.splice(0).forEach(({ permit }) => permit.succeeded());
				expect(governor.isIdle).toBe(true);
				expect(clock.pendingCount).toBe(0);
			},
		),
		{ numRuns: 100 },
	);
});

test('each item is processed once, no more at once than permitted, and results keep their order', async () => {
	await fc.assert(
		fc.asyncProperty(
			fc.array(fc.nat({ max: 5000 }), { maxLength: 40 }),
			fc.integer({ min: 1, max: 10 }),
			async (durationsMs, concurrency) => {
				const clock = new FakeClock();
				const governor = new Governor(new FixedLimiter(concurrency), clock);
				const output: number[] = [];
				let running = 0;
				const work = async (index: number) => {
					running += 1;
					expect(running).toBeLessThanOrEqual(concurrency);
					await clock.sleep(durationsMs[index] ?? 0);
					running -= 1;
					expect(output[index]).toBeUndefined();
					output[index] = durationsMs[index] ?? NaN;
				};
				const run = { maxConcurrency: concurrency };
				const acquire = async () => await governor.acquire({ run });
				await clock.runUntil(startItems(durationsMs.length, acquire, work));
				expect(output).toEqual(durationsMs);
				expect(governor.inFlight).toBe(0);
			},
		),
		{ numRuns: 60 },
	);
});
