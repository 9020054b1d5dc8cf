import type { InferenceError } from '../../../inference/InferenceError';
import type { RetryCause } from '../../../inference/pacing/retry';
import { adviceFor } from '../../../nodes/shared/advice';
import { failureOf } from '../../support/cannedResponse';
import { settled } from '../../support/fakeClock';
import {
	ended,
	failed,
	failure,
	overload,
	policy,
	refused,
	rejection,
	retryRun as run,
} from '../../support/retryRun';

describe('withRetry', () => {
	test('gives the first answer without waiting', async () => {
		const started = run([]);
		expect(await ended(started)).toEqual({ result: 'answer of first', attempts: 1 });
		expect(started.clock.sleptMs).toEqual([]);
		expect(started.notices).toEqual([]);
	});

	test('waits longer each time, and longer still for an overloaded engine', async () => {
		const started = run([refused(500), overload(), failed('connection'), overload()]);
		expect(await ended(started)).toMatchObject({ attempts: 5 });
		expect(started.clock.sleptMs).toEqual([250, 1000, 500, 2000]);
	});

	test('tells of each retry, with its cause and wait', async () => {
		const causes = [refused(500), overload(700)];
		const started = run(causes);
		await ended(started);
		expect(started.notices).toEqual([
			{ error: causes[0], waitedMs: 250 },
			{ error: causes[1], waitedMs: 700 },
		]);
	});

	test('gives up after Max Retries with the last error and the number of requests', async () => {
		const started = run([overload()], {}, { forever: true });
		const error = await failure(started);
		expect(error).toMatchObject({ kind: 'overloaded', attempts: 6 });
		expect(started.sentTo).toHaveLength(6);
		expect(started.clock.sleptMs).toEqual([1000, 2000, 4000, 8000, 15_000]);
	});

	test('sends once when Max Retries is 0', async () => {
		const none = { ...policy, maxRetries: 0 };
		const started = run([overload()], { policy: none }, { forever: true });
		expect(await failure(started)).toMatchObject({ attempts: 1 });
		expect(started.clock.sleptMs).toEqual([]);
	});

	test.each([400, 401, 402, 403, 404, 422])('never retries %i', async (status) => {
		const started = run([refused(status)], {}, { forever: true });
		expect(await failure(started)).toMatchObject({ status, attempts: 1 });
		expect(started.sentTo).toHaveLength(1);
	});

	test('passes on an error that is none of ours', async () => {
		const started = run([new RangeError('a fault in a callback')]);
		await expect(ended(started)).rejects.toThrow(RangeError);
		expect(started.sentTo).toHaveLength(1);
	});

	test('never retries once the user has seen text', async () => {
		const started = run([overload(400_000)], { isShown: () => true, models: ['first', 'second'] });
		const error = await failure(started);
		expect(error).toMatchObject({ kind: 'overloaded', attempts: 1 });
		expect(error.waitLeftMs).toBeUndefined();
		expect(started.sentTo).toEqual(['first']);
	});
});

describe("the service's own time", () => {
	test('is waited instead of ours, with up to a tenth more', async () => {
		const exactly = run([overload(7000), refused(500, 1), rejection(100)]);
		await ended(exactly);
		expect(exactly.clock.sleptMs).toEqual([7000, 1, 100]);
		const atMost = run([overload(7000)], {}, { random: 0.999999 });
		await ended(atMost);
		expect(atMost.clock.sleptMs[0]).toBeCloseTo(7700, 1);
	});

	test('fails at once when it is longer than what is left of Max Wait, and says so', async () => {
		const started = run([overload(50_000), overload(260_000)]);
		const error = await failure(started);
		expect(error).toMatchObject({ kind: 'overloaded', attempts: 2, retryAfterMs: 260_000 });
		expect(error.waitLeftMs).toBe(250_000);
		expect(adviceFor(error, 'chat')).toBe(
			`The service asked to wait 260 s, but only 250 s of waiting time is left. To wait longer, increase 'Max Wait' in Retry Policy. ${adviceFor(overload(), 'chat')}`,
		);
		expect(adviceFor(error, 'agent')).toContain("increase 'Max Wait' in Options");
		expect(started.clock.now()).toBe(50_000);
	});

	test('may use up Max Wait to the last millisecond', async () => {
		const started = run([overload(300_000)], {}, { random: 0.9 });
		await ended(started);
		expect(started.clock.sleptMs).toEqual([300_000]);
	});

	test('of 0 or in the past means the ordinary backoff, so that the retries last', async () => {
		const started = run([overload(0), refused(500, 0), rejection(0)]);
		await ended(started);
		expect(started.clock.sleptMs).toEqual([1000, 250, 0]);
	});
});

describe('a 429 for concurrency', () => {
	test('does not use up Max Retries', async () => {
		const one = { ...policy, maxRetries: 1 };
		const failures = [...Array<InferenceError>(8).fill(rejection()), overload(), rejection()];
		const started = run(failures, { policy: one, hasSlotsHeldByOthers: () => true });
		expect(await ended(started)).toMatchObject({ attempts: 11 });
		expect(started.clock.sleptMs).toEqual([0, 0, 0, 125, 250, 500, 1000, 2000, 1000, 2500]);
	});

	test('is bounded by Max Wait', async () => {
		const short = { ...policy, maxWaitMs: 10_000 };
		const options = { policy: short, hasSlotsHeldByOthers: () => true };
		const started = run([rejection()], options, { forever: true });
		const error = await failure(started);
		expect(error).toMatchObject({ kind: 'concurrency', attempts: 11 });
		expect(adviceFor(error, 'chat')).toContain('the remaining waiting time (1 s)');
		expect(started.clock.now()).toBe(8875);
	});

	test('goes back to the queue at once while other requests are in flight', async () => {
		const failures = [rejection(), rejection(5000), rejection(400_000)];
		const started = run(failures, { hasSlotsHeldByOthers: () => true });
		expect(await ended(started)).toMatchObject({ attempts: 4 });
		expect(started.clock.now()).toBe(0);
	});

	test("never leads to another model, because the limit is the project's", async () => {
		const none = { ...policy, retryOn: new Set<RetryCause>(['503']) };
		const started = run([rejection()], { policy: none, models: ['first', 'second'] });
		expect(await failure(started)).toMatchObject({ kind: 'concurrency', attempts: 1 });
		expect(started.sentTo).toEqual(['first']);
	});

	test('is not retried when 429 is not among Retry On', async () => {
		const others = { ...policy, retryOn: new Set<RetryCause>(['503']) };
		expect(await failure(run([rejection()], { policy: others }))).toMatchObject({ attempts: 1 });
	});
});

describe('a 503', () => {
	const patient = { ...policy, countsOverloads: false };

	test('costs waiting time instead of retries unless the user set Max Retries', async () => {
		const failures = Array<InferenceError>(12).fill(overload());
		expect(await ended(run(failures, { policy: patient }))).toMatchObject({ attempts: 13 });
	});

	test('is bounded by Max Wait', async () => {
		const started = run([overload()], { policy: patient }, { forever: true });
		expect(await failure(started)).toMatchObject({ kind: 'overloaded' });
		expect(started.clock.now()).toBeLessThanOrEqual(300_000);
		expect(started.clock.now()).toBeGreaterThan(250_000);
	});

	test('leads to the next model after Max Retries', async () => {
		const failures = Array<InferenceError>(6).fill(overload());
		const started = run(failures, { policy: patient, models: ['first', 'second'] });
		expect(await ended(started)).toEqual({ result: 'answer of second', attempts: 7 });
	});
});

describe('Stop', () => {
	test('ends a wait at once', async () => {
		const stop = new AbortController();
		const started = run([overload(200_000)], { signal: stop.signal }, { forever: true });
		const error = failureOf(started.outcome);
		await started.clock.advance(1000);
		stop.abort();
		expect(await error).toMatchObject({ kind: 'cancelled' });
		expect(started.clock.now()).toBe(1000);
		expect(started.clock.pendingCount).toBe(0);
		expect(started.sentTo).toHaveLength(1);
	});

	test('before the first request sends none', async () => {
		const started = run([], { signal: AbortSignal.abort() });
		expect(await failureOf(started.outcome)).toMatchObject({ kind: 'cancelled' });
		expect(started.sentTo).toEqual([]);
	});

	test('is not followed by a retry or another model', async () => {
		const started = run([failed('cancelled')], { models: ['first', 'second'] });
		expect(await failure(started)).toMatchObject({ kind: 'cancelled' });
		await settled();
		expect(started.sentTo).toEqual(['first']);
	});
});
