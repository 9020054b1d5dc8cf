import fc from 'fast-check';
import { InferenceError, type InferenceErrorKind } from '../../inference/InferenceError';
import { Governor, type Permit } from '../../inference/pacing/Governor';
import { AdaptiveLimiter, FixedLimiter, type RequestStart } from '../../inference/pacing/limiter';
import {
	backoffMs,
	nextStep,
	withRetry,
	type Progress,
	type RetryPolicy,
} from '../../inference/pacing/retry';
import { forEachConcurrently } from '../../nodes/WandbInferenceChat/forEachConcurrently';
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
	.map((details) => new InferenceError('It failed', { ...details, advice: 'Wait' }));

const policy: fc.Arbitrary<RetryPolicy> = fc.record({
	maxRetries: fc.nat({ max: 8 }),
	maxWaitMs: fc.nat({ max: 400_000 }),
	retryOn: fc
		.subarray(['408', '429', '500', '502', '503', '504', 'connection'] as const)
		.map((causes) => new Set(causes)),
});
const chance = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

test('a wait is never shorter than the service asked nor longer than the time left', () => {
	const progress: fc.Arbitrary<Progress> = fc.record({
		retries: fc.nat({ max: 8 }),
		rejections: fc.nat({ max: 60 }),
		waitedMs: fc.nat({ max: 400_000 }),
	});
	fc.assert(
		fc.property(failure, progress, policy, chance, (error, known, rules, random) => {
			const { waitMs } = nextStep(error, { ...known }, rules, random);
			if (waitMs === undefined) return;
			expect(waitMs).toBeGreaterThanOrEqual(error.retryAfterMs ?? 0);
			expect(waitMs).toBeLessThanOrEqual(rules.maxWaitMs - known.waitedMs);
			const longestMs = Math.max(30_000, (error.retryAfterMs ?? 0) * 1.1);
			expect(waitMs).toBeLessThanOrEqual(longestMs);
		}),
		{ numRuns: 2000 },
	);
});

test('a date to wait for counts by the clock of the service, however wrong ours is', () => {
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

test('a backoff lies between half and all of its exponential, and below 30 seconds', () => {
	fc.assert(
		fc.property(
			fc.nat({ max: 2000 }),
			fc.constantFrom(500, 2000),
			chance,
			(count, base, random) => {
				const fullMs = Math.min(30_000, base * 2 ** count);
				const waitMs = backoffMs(count, base, random);
				expect(waitMs).toBeGreaterThanOrEqual(fullMs / 2);
				expect(waitMs).toBeLessThanOrEqual(fullMs);
			},
		),
	);
});

test('no item waits longer than allowed or is sent more often, whatever it meets', async () => {
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
				const running = withRetry(attempt, { models, policy: rules, clock }).then(
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

const ends = ['succeeded', 'rejected', 'ignored'] as const;

test('the limit found is a whole number of at least one, whatever happens', () => {
	const step = fc.tuple(fc.constantFrom('start', ...ends), fc.nat({ max: 100 }));
	fc.assert(
		fc.property(fc.array(step, { maxLength: 300 }), (steps) => {
			const limiter = new AdaptiveLimiter();
			const running: RequestStart[] = [];
			for (const [what, choice] of steps) {
				const before = limiter.limit;
				const [request] = what === 'start' ? [] : running.splice(choice % (running.length || 1), 1);
				if (what === 'start') running.push(limiter.start(running.length + 1));
				else if (request && what === 'succeeded') limiter.succeeded(request);
				else if (request && what === 'rejected') {
					limiter.rejected(request, running.length);
					expect(limiter.limit).toBeLessThanOrEqual(before);
				}
				expect(Number.isInteger(limiter.limit)).toBe(true);
				expect(limiter.limit).toBeGreaterThanOrEqual(1);
			}
		}),
	);
});

/** One thing that happens to a governor: somebody asks, a permit ends (twice), or time passes. */
const governorStep = fc.oneof(
	fc.record({ ask: fc.constantFrom(1, 3, Infinity), isPatient: fc.boolean() }),
	fc.record({
		end: fc.constantFrom(...ends),
		again: fc.constantFrom(...ends),
		which: fc.nat({ max: 50 }),
		askedMs: fc.constantFrom(undefined, 0, 500, 90_000),
	}),
	fc.record({ leave: fc.nat({ max: 50 }) }),
	fc.record({ passMs: fc.nat({ max: 2000 }) }),
);

test('never more requests run than the limits say, each permit counts once, and nobody is forgotten', async () => {
	await fc.assert(
		fc.asyncProperty(
			fc.array(governorStep, { maxLength: 60 }),
			fc.option(fc.integer({ min: 1, max: 6 }), { nil: undefined }),
			async (steps, fixed) => {
				const clock = new FakeClock();
				const limiter = fixed === undefined ? new AdaptiveLimiter() : new FixedLimiter(fixed);
				const governor = new Governor(limiter, clock);
				const held: Array<{ permit: Permit; maximum: number }> = [];
				const patience: AbortController[] = [];
				let admitted = 0;
				let left = 0;
				let asked = 0;
				for (const step of steps) {
					const limitBefore = governor.limit;
					const runningBefore = governor.inFlight;
					if ('ask' in step) {
						const leaving = new AbortController();
						if (!step.isPatient) patience.push(leaving);
						asked += 1;
						const hold = (permit: Permit) => {
							held.push({ permit, maximum: step.ask });
							admitted += 1;
						};
						void governor.acquire(leaving.signal, step.ask).then(hold, () => (left += 1));
					} else if ('end' in step) {
						const [ended] = held.splice(step.which % (held.length || 1), 1);
						ended?.permit[step.end](step.askedMs);
						const { inFlight, limit } = governor;
						ended?.permit[step.again](step.askedMs);
						expect([governor.inFlight, governor.limit]).toEqual([inFlight, limit]);
					} else if ('leave' in step) patience[step.leave % (patience.length || 1)]?.abort();
					else await clock.advance(step.passMs);
					await settled();
					expect(governor.inFlight).toBe(held.length);
					expect(governor.limit).toBeGreaterThanOrEqual(1);
					if (governor.inFlight > runningBefore) {
						const most = Math.max(limitBefore, governor.limit);
						expect(governor.inFlight).toBeLessThanOrEqual(most);
					}
					for (const cap of [1, 3]) {
						const running = held.filter(({ maximum }) => maximum === cap).length;
						expect(running).toBeLessThanOrEqual(cap);
					}
				}
				while (admitted + left < asked) {
					held.splice(0).forEach(({ permit }) => permit.succeeded());
					await clock.advance(60_000);
				}
				held.splice(0).forEach(({ permit }) => permit.succeeded());
				expect(governor.isIdle).toBe(true);
				expect(clock.pendingCount).toBe(0);
			},
		),
		{ numRuns: 100 },
	);
});

test('every index is worked on once, never more at once than allowed, and results keep their place', async () => {
	await fc.assert(
		fc.asyncProperty(
			fc.array(fc.nat({ max: 5000 }), { maxLength: 40 }),
			fc.integer({ min: 1, max: 10 }),
			async (durationsMs, concurrency) => {
				const clock = new FakeClock();
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
				await clock.runUntil(forEachConcurrently(durationsMs.length, concurrency, work));
				expect(output).toEqual(durationsMs);
			},
		),
		{ numRuns: 60 },
	);
});
