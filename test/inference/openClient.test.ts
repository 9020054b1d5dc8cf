import { readText } from '../../inference/http/responseBody';
import { openClient } from '../../inference/openClient';
import { systemClock } from '../../inference/pacing/clock';
import type { Throughput } from '../../inference/pacing/Governor';
import { failureOf } from '../support/cannedResponse';
import { createExecuteContext } from '../../tools/engine/createExecuteContext';
import { startStrictSimulator } from '../support/useSimulator';

const adaptive: Throughput = { mode: 'adaptive', maxConcurrency: 4 };
const baseUrl = 'http://127.0.0.1:9/v1';

const open = async (credential = {}, throughput: Throughput = adaptive) =>
	await openClient(createExecuteContext({ baseUrl, credential }), throughput);
const governorOf = async (credential = {}, headers = {}) =>
	(await open(credential)).governorFor(headers);

describe('openClient', () => {
	test('gives what the credential holds, and a transport to its base URL', async () => {
		const simulator = await startStrictSimulator();
		try {
			const context = createExecuteContext({ baseUrl: `${simulator.baseUrl}/` });
			const client = await openClient(context, adaptive);
			expect(client.apiKey).toBe('simulator-key');
			const answer = await client.transport({ method: 'GET', path: '/models', timeoutMs: 5000 });
			expect(answer.status).toBe(200);
			expect(await readText(answer.chunks)).toContain('openai/gpt-oss-20b');
		} finally {
			await simulator.close();
		}
	});

	test('fails with a credential that cannot work', async () => {
		expect(await failureOf(open({ apiKey: '' }))).toMatchObject({ kind: 'credential' });
	});

	test('shares one governor among all who work for the same key', async () => {
		expect(await governorOf({ apiKey: 'one' })).toBe(await governorOf({ apiKey: 'one' }));
		expect(await governorOf({ apiKey: 'one' })).not.toBe(await governorOf({ apiKey: 'two' }));
	});

	test('shares one governor among all who work for the same project, whatever their key', async () => {
		const governor = await governorOf({ apiKey: 'one', project: 'team/a' });
		expect(await governorOf({ apiKey: 'two', project: 'team/a' })).toBe(governor);
		expect(await governorOf({ apiKey: 'one', project: 'team/b' })).not.toBe(governor);
		expect(await governorOf({ apiKey: 'one' })).not.toBe(governor);
		const elsewhere = { project: 'team/a', baseUrl: 'http://127.0.0.1:10/v1' };
		expect(await governorOf(elsewhere)).not.toBe(governor);
	});

	test.each(['OpenAI-Project', 'openai-project'])(
		'lets a header %s name the project instead',
		async (name) => {
			const governor = await governorOf({ project: 'team/a' }, { 'X-A': '1', [name]: 'team/b' });
			expect(governor).toBe(await governorOf({ project: 'team/b' }));
		},
	);

	test.each(['X-OpenAI-Project', 'OpenAI-Project-Id', 'OpenAI-Organization'])(
		'takes a header %s for no project',
		async (name) => {
			const governor = await governorOf({ project: 'team/a' }, { [name]: 'team/b' });
			expect(governor).toBe(await governorOf({ project: 'team/a' }));
		},
	);

	test('limits in the way that was asked for', async () => {
		const fixed = await open({}, { mode: 'fixed', concurrency: 3 });
		expect(fixed.governorFor({}).limit).toBe(3);
		expect((await open()).governorFor({}).limit).toBe(8);
	});
});

describe('the clock of the running n8n', () => {
	test('tells a time that only grows, and chance between 0 and 1', async () => {
		const { clock } = await open();
		const startedMs = clock.now();
		await clock.sleep(3);
		expect(clock.now() - startedMs).toBeGreaterThanOrEqual(2);
		const numbers = Array.from({ length: 20 }, () => clock.random());
		expect(numbers.every((number) => number >= 0 && number < 1)).toBe(true);
		expect(new Set(numbers).size).toBeGreaterThan(1);
	});

	test('wakes a sleeper with a cancelled error as soon as its signal aborts', async () => {
		const stop = new AbortController();
		const woken = failureOf(systemClock.sleep(3_600_000, stop.signal));
		stop.abort();
		expect(await woken).toMatchObject({ kind: 'cancelled' });
		const late = failureOf(systemClock.sleep(3_600_000, stop.signal));
		expect(await late).toMatchObject({ kind: 'cancelled' });
	});

	test('lets a sleeper whose signal does not abort sleep to the end', async () => {
		const { signal } = new AbortController();
		await expect(systemClock.sleep(1, signal)).resolves.toBeUndefined();
	});
});
