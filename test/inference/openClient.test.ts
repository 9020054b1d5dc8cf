import { readText } from '../../inference/http/responseBody';
import { openClient } from '../../inference/openClient';
import { systemClock } from '../../inference/pacing/clock';
import type { Throughput } from '../../inference/pacing/GovernorRegistry';
import { failureOf } from '../support/cannedResponse';
import { createExecuteContext } from '../../tools/engine/createExecuteContext';
import { useSimulator } from '../support/useSimulator';

const adaptive: Throughput = { mode: 'adaptive', maxConcurrency: 4 };
const baseUrl = 'http://127.0.0.1:9/v1';
const simulator = useSimulator();

const open = async (credential = {}) =>
	await openClient(createExecuteContext({ baseUrl, credential }));
const governorOf = async (credential = {}, headers = {}, throughput = adaptive) =>
	(await open(credential)).governorFor(headers, throughput);

describe('openClient', () => {
	test('returns a transport to the base URL of the credential', async () => {
		const context = createExecuteContext({ baseUrl: `${simulator.baseUrl}/` });
		const client = await openClient(context);
		const response = await client.transport({ method: 'GET', path: '/models', timeoutMs: 5000 });
		expect(response.status).toBe(200);
		expect(await readText(response.chunks)).toContain('openai/gpt-oss-20b');
	});

	test('throws an error if the credential cannot work', async () => {
		expect(await failureOf(open({ apiKey: '' }))).toMatchObject({ kind: 'credential' });
	});

	test('shares one governor among all clients with the same key', async () => {
		expect(await governorOf({ apiKey: 'one' })).toBe(await governorOf({ apiKey: 'one' }));
		expect(await governorOf({ apiKey: 'one' })).not.toBe(await governorOf({ apiKey: 'two' }));
	});

	test('shares one governor among all clients with the same project, whatever their key', async () => {
		const governor = await governorOf({ apiKey: 'one', project: 'team/a' });
		expect(await governorOf({ apiKey: 'two', project: 'team/a' })).toBe(governor);
		expect(await governorOf({ apiKey: 'one', project: 'team/b' })).not.toBe(governor);
		expect(await governorOf({ apiKey: 'one' })).not.toBe(governor);
		const elsewhere = { project: 'team/a', baseUrl: 'http://127.0.0.1:10/v1' };
		expect(await governorOf(elsewhere)).not.toBe(governor);
	});

	test.each(['OpenAI-Project', 'openai-project'])(
		'uses the project in the header %s instead',
		async (name) => {
			const governor = await governorOf({ project: 'team/a' }, { 'X-A': '1', [name]: 'team/b' });
			expect(governor).toBe(await governorOf({ project: 'team/b' }));
		},
	);

	test('uses the project in the headers of the credential instead', async () => {
		const headers = '{"openai-project": "team/b"}';
		const governor = await governorOf({ project: 'team/a', headers });
		expect(governor).toBe(await governorOf({ project: 'team/b' }));
		const { transport } = await open({ baseUrl: simulator.baseUrl, headers });
		const response = await transport({ method: 'GET', path: '/models', timeoutMs: 5000 });
		expect(response.hasProject).toBe(true);
		await readText(response.chunks);
	});

	test.each(['X-OpenAI-Project', 'OpenAI-Project-Id', 'OpenAI-Organization'])(
		'finds no project in the header %s',
		async (name) => {
			const governor = await governorOf({ project: 'team/a' }, { [name]: 'team/b' });
			expect(governor).toBe(await governorOf({ project: 'team/a' }));
		},
	);

	test('shares a fixed limit among the runs of one node only', async () => {
		const fixed: Throughput = { mode: 'fixed', maxConcurrency: 3 };
		const governorIn = async (workflowId: string, nodeId: string, throughput = fixed) => {
			const context = createExecuteContext({ baseUrl });
			const workflow = { ...context.getWorkflow(), id: workflowId };
			const node = { ...context.getNode(), id: nodeId };
			const run = Object.assign(context, { getWorkflow: () => workflow, getNode: () => node });
			return (await openClient(run)).governorFor({}, throughput);
		};
		const governor = await governorIn('one', 'a');
		expect(await governorIn('one', 'a')).toBe(governor);
		expect(await governorIn('one', 'b')).not.toBe(governor);
		expect(await governorIn('two', 'a')).not.toBe(governor);
		expect(await governorIn('one', 'a', { ...fixed, maxConcurrency: 4 })).not.toBe(governor);
		expect(await governorIn('one', 'a', adaptive)).toBe(await governorIn('two', 'b', adaptive));
	});

	test('keeps the key in the credential out of errors', async () => {
		const client = await openClient(createExecuteContext({ baseUrl: simulator.baseUrl }));
		const response = await client.transport({ method: 'GET', path: '/models', timeoutMs: 5000 });
		await readText(response.chunks);
		expect(response.redact('Bad key simulator-key.')).toBe('Bad key […].');
		expect(client).not.toHaveProperty('apiKey');
	});

	test('limits requests as the throughput says', async () => {
		const fixed = await governorOf({}, {}, { mode: 'fixed', maxConcurrency: 3 });
		expect(fixed.limit).toBe(3);
		expect((await governorOf()).limit).toBe(8);
	});
});

describe('systemClock', () => {
	test('moves forward only, and returns random numbers from 0 to below 1', async () => {
		const { clock } = await open();
		const startedMs = clock.now();
		await clock.sleep(3);
		expect(clock.now() - startedMs).toBeGreaterThanOrEqual(2);
		const numbers = Array.from({ length: 20 }, () => clock.random());
		expect(numbers.every((number) => number >= 0 && number < 1)).toBe(true);
		expect(new Set(numbers).size).toBeGreaterThan(1);
	});

	test('ends a sleep with a cancelled error as soon as its signal aborts', async () => {
		const stop = new AbortController();
		const early = failureOf(systemClock.sleep(3_600_000, stop.signal));
		stop.abort();
		expect(await early).toMatchObject({ kind: 'cancelled' });
		const late = failureOf(systemClock.sleep(3_600_000, stop.signal));
		expect(await late).toMatchObject({ kind: 'cancelled' });
	});

	test('lets a sleep end normally if its signal does not abort', async () => {
		const { signal } = new AbortController();
		await expect(systemClock.sleep(1, signal)).resolves.toBeUndefined();
	});
});
