import type { Permit } from '../../../inference/pacing/Permit';
import { adviceFor } from '../../../nodes/shared/advice';
import {
	ended,
	failed,
	failure,
	overload,
	policy,
	refused,
	retryRun as run,
} from '../../support/retryRun';

describe('waiting for a permit', () => {
	test('counts, and ends with the last error when it takes too long', async () => {
		const left: number[] = [];
		const started = run([overload(100_000)], {
			acquire: async (_, maxWaitMs, isRetry) => {
				left.push(maxWaitMs);
				return await Promise.resolve(isRetry ? undefined : ({ waitedMs: 50_000 } as Permit));
			},
		});
		const error = await failure(started);
		expect(error).toMatchObject({ kind: 'overloaded', status: 503, attempts: 1, waitLeftMs: 0 });
		expect(left).toEqual([300_000, 150_000]);
	});

	test('ends with an error of its own if no request was sent', async () => {
		const started = run([], { acquire: async () => await Promise.resolve(undefined) });
		expect(await failure(started)).toMatchObject({ kind: 'overloaded', attempts: 0 });
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
