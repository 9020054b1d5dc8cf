import { statusError } from '../../../inference/http/statusError';
import { InferenceError, type InferenceErrorKind } from '../../../inference/InferenceError';
import {
	withRetry,
	type RetryCause,
	type RetryNotice,
	type RetryOptions,
	type RetryPolicy,
} from '../../../inference/pacing/retry';
import { failureOf } from '../../support/cannedResponse';
import { adviceFor } from '../../../nodes/shared/advice';
import { FakeClock, settled } from '../../support/fakeClock';

const everyCause: RetryCause[] = ['408', '429', '500', '502', '503', '504', 'connection'];
const policy: RetryPolicy = { maxRetries: 5, retryOn: new Set(everyCause), maxWaitMs: 300_000 };

const refused = (status: number, retryAfterMs?: number, serviceMessage?: string) =>
	statusError({ status, retryAfterMs, serviceMessage });
const overload = (retryAfterMs?: number) => refused(503, retryAfterMs);
const rejection = (retryAfterMs?: number) => refused(429, retryAfterMs);
const failed = (kind: InferenceErrorKind, status?: number) =>
	new InferenceError(kind, { kind, status });

interface Run {
	clock: FakeClock;
	/** The model of each request that was sent. */
	sentTo: string[];
	notices: RetryNotice[];
	outcome: Promise<{ result: string; attempts: number }>;
}

/** Fails with each failure in turn, then answers; the last failure repeats where `forever`. */
function run(
	failures: unknown[],
	options: Partial<RetryOptions> = {},
	{ random = 0, forever = false } = {},
): Run {
	const clock = new FakeClock(() => random);
	const sentTo: string[] = [];
	const notices: RetryNotice[] = [];
	const outcome = withRetry(
		async (model) => {
			const position = forever ? Math.min(sentTo.length, failures.length - 1) : sentTo.length;
			sentTo.push(model);
			await Promise.resolve();
			if (position < failures.length) throw failures[position];
			return `answer of ${model}`;
		},
		{
			models: ['first'],
			policy,
			clock,
			onRetry: (notice) => void notices.push(notice),
			...options,
		},
	);
	return { clock, sentTo, notices, outcome };
}

const ended = async ({ clock, outcome }: Run) => await clock.runUntil(outcome);
const failure = async (started: Run) => await failureOf(ended(started));

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
		expect(started.clock.sleptMs).toEqual([250, 2000, 1000, 8000]);
	});

	test('tells of each retry, with its cause and wait', async () => {
		const causes = [refused(500), overload(700)];
		const started = run(causes);
		await ended(started);
		expect(started.notices).toEqual([
			{ error: causes[0], waitMs: 250 },
			{ error: causes[1], waitMs: 700 },
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

	test('never retries once a person has seen text', async () => {
		const started = run([overload(400_000)], { isShown: () => true, models: ['first', 'second'] });
		const error = await failure(started);
		expect(error).toMatchObject({ kind: 'overloaded', attempts: 1 });
		expect(error.waitLeftMs).toBeUndefined();
		expect(started.sentTo).toEqual(['first']);
	});
});

describe("the service's own time", () => {
	test('is waited instead of ours, with up to a tenth more', async () => {
		const exactly = run([overload(7000), refused(500, 0), rejection(100)]);
		await ended(exactly);
		expect(exactly.clock.sleptMs).toEqual([7000, 0, 100]);
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
		expect(adviceFor(error, 'agent')).not.toContain("'Max Wait'");
		expect(started.clock.now()).toBe(50_000);
	});

	test('may use up Max Wait to the last millisecond', async () => {
		const started = run([overload(300_000)], {}, { random: 0.9 });
		await ended(started);
		expect(started.clock.sleptMs).toEqual([300_000]);
	});

	test('of 0 ends with Max Retries for a failure that counts', async () => {
		const started = run([overload(0)], {}, { forever: true });
		expect(await failure(started)).toMatchObject({ attempts: 6 });
		expect(started.clock.now()).toBe(0);
	});

	test.each([0, 1, 999])(
		'of 0 ends a storm of rejections after Max Wait (%i ms more)',
		async (more) => {
			const short = { ...policy, maxWaitMs: 10_000 + more };
			const started = run([rejection(0)], { policy: short }, { forever: true });
			const error = await failure(started);
			expect(error.kind).toBe('concurrency');
			expect(adviceFor(error, 'chat')).toMatch(
				/^The next retry would exceed the remaining waiting time \(0 s\)/,
			);
			expect(started.clock.sleptMs.slice(0, 3)).toEqual([0, 250, 250]);
			expect(started.sentTo.length).toBe(2 + Math.floor((10_000 + more) / 250));
		},
	);
});

describe('a 429 for concurrency', () => {
	test('does not use up Max Retries', async () => {
		const one = { ...policy, maxRetries: 1 };
		const failures = [...Array<InferenceError>(8).fill(rejection()), overload(), rejection()];
		const started = run(failures, { policy: one });
		expect(await ended(started)).toMatchObject({ attempts: 11 });
		expect(started.clock.sleptMs).toEqual([
			250, 500, 1000, 2000, 4000, 8000, 15_000, 15_000, 1000, 15_000,
		]);
	});

	test('is bounded by Max Wait', async () => {
		const short = { ...policy, maxWaitMs: 60_000 };
		const started = run([rejection()], { policy: short }, { forever: true });
		const error = await failure(started);
		expect(error).toMatchObject({ kind: 'concurrency', attempts: 9 });
		expect(adviceFor(error, 'chat')).toContain('the remaining waiting time (14 s)');
		expect(started.clock.now()).toBe(45_750);
	});

	test('is not retried when 429 is not among Retry On', async () => {
		const others = { ...policy, retryOn: new Set<RetryCause>(['503']) };
		expect(await failure(run([rejection()], { policy: others }))).toMatchObject({ attempts: 1 });
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

describe('fallback models', () => {
	const models = ['first', 'second', 'third'];

	test('are tried in turn, each with its own retries', async () => {
		const one = { ...policy, maxRetries: 1 };
		const failures = [overload(), overload(), refused(404), refused(500)];
		const started = run(failures, { models, policy: one });
		expect(await ended(started)).toEqual({ result: 'answer of third', attempts: 5 });
		expect(started.sentTo).toEqual(['first', 'first', 'second', 'third', 'third']);
		expect(started.clock.sleptMs).toEqual([1000, 250]);
	});

	test('end with the error of the last one and the number of all requests', async () => {
		const failures = [refused(404, undefined, 'no first'), refused(404, undefined, 'no second')];
		const started = run(failures, { models: ['first', 'second'] });
		expect(await failure(started)).toMatchObject({ message: 'no second', attempts: 2 });
	});

	test('share one Max Wait', async () => {
		const failures = [overload(250_000), refused(404), overload(60_000)];
		const started = run(failures, { models: ['first', 'second'] });
		const error = await failure(started);
		expect(error).toMatchObject({ attempts: 3 });
		expect(adviceFor(error, 'chat')).toContain('asked to wait 60 s, but only 50 s');
	});

	test('are tried when the service asks for more time than is left', async () => {
		const started = run([overload(301_000)], { models });
		expect(await ended(started)).toEqual({ result: 'answer of second', attempts: 2 });
		expect(started.clock.now()).toBe(0);
	});

	test.each([302, 400, 401, 402, 403, 413, 422])('do not help against %i', async (status) => {
		const started = run([refused(status)], { models });
		expect(await failure(started)).toMatchObject({ status, attempts: 1 });
	});

	test.each(['certificate', 'parameter', 'credential', 'invalidOutput'] as const)(
		'do not help against a fault of kind %s',
		async (kind) => {
			expect(await failure(run([failed(kind)], { models }))).toMatchObject({ kind, attempts: 1 });
		},
	);
});
