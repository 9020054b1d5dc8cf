import type { INodeParameters, NodeApiError } from 'n8n-workflow';
import { glm, readAnswer, runChatNode, say, thinkingOff } from '../../support/chatNode';
import { chatParameters } from '../../../tools/engine/createExecuteContext';
import type { RecordedRequest } from '../../../tools/simulator/simulator';
import { useSimulator, startStrictSimulator } from '../../support/useSimulator';
import { waitUntil } from '../../support/waitUntil';

const simulator = useSimulator();

const answerTo = async (parameters: INodeParameters) =>
	await readAnswer(simulator.baseUrl, parameters);

describe('many items', () => {
	const rows = (count: number) => Array.from({ length: count }, (_, row) => ({ json: { row } }));
	const echo = { ...glm, ...say('=[[answer: row {{ $json.row }}]]'), options: thinkingOff };

	test('keep their order when the first is the slowest', async () => {
		simulator.fault({
			when: { first: 1 },
			fault: { kind: 'status', status: 503, retryAfter: '0.3' },
		});
		const { items } = await runChatNode({
			baseUrl: simulator.baseUrl,
			parameters: chatParameters(echo),
			items: rows(10),
		});
		expect(items.map(({ json }) => json.output)).toEqual(
			rows(10).map(({ json }) => `row ${json.row}`),
		);
		expect(items.map(({ pairedItem }) => pairedItem)).toEqual(
			rows(10).map((_, item) => ({ item })),
		);
		expect(items[0]?.json.attempts).toBe(2);
	});

	test('all succeed, once each, when every 20th request gets a 429', async () => {
		simulator.fault({
			when: { every: 20 },
			fault: { kind: 'status', status: 429, retryAfter: '0' },
		});
		const { items } = await runChatNode({
			baseUrl: simulator.baseUrl,
			parameters: chatParameters(echo),
			items: rows(200),
		});
		expect(items.map(({ json }) => json.output)).toEqual(
			rows(200).map(({ json }) => `row ${json.row}`),
		);
		expect(simulator.requests).toHaveLength(210);
		expect(simulator.statistics.byStatus).toEqual({ 200: 200, 429: 10 });
	});

	test('run exactly as many at once as fixed throughput allows', async () => {
		const slow = await startStrictSimulator({ latency: { kind: 'constant', ms: 20 } });
		for (const [throughput, concurrency] of [
			[{ mode: 'fixed' }, 1],
			[{ mode: 'fixed', maxConcurrency: 4 }, 4],
		] as const) {
			slow.reset();
			const parameters = chatParameters({ ...echo, throughput });
			await runChatNode({ baseUrl: slow.baseUrl, parameters, items: rows(12) });
			expect(slow.statistics.maxInFlight).toBe(concurrency);
		}
		await slow.close();
	});

	test("adapt to the account's concurrency limit without knowing it", async () => {
		const limited = await startStrictSimulator({
			concurrencyLimit: 3,
			latency: { kind: 'constant', ms: 30 },
		});
		const { items, hints } = await runChatNode({
			baseUrl: limited.baseUrl,
			parameters: chatParameters(echo),
			items: rows(60),
		});
		expect(items.map(({ json }) => json.output)).toEqual(
			rows(60).map(({ json }) => `row ${json.row}`),
		);
		expect(hints[0]?.message).toMatch(/concurrency limit was reached/);
		expect(limited.statistics.byStatus[200]).toBe(60);
		await limited.close();
	});

	test('send no request if there are none', async () => {
		const { items } = await runChatNode({ baseUrl: simulator.baseUrl, items: [] });
		expect(items).toEqual([]);
		expect(simulator.requests).toEqual([]);
	});

	test('send no more requests after a failure without Continue, and the error counts successful items', async () => {
		simulator.fault({
			when: { matches: ({ body }) => JSON.stringify(body).includes('row 5]') },
			fault: { kind: 'status', status: 400 },
		});
		const failure: NodeApiError = await runChatNode({
			baseUrl: simulator.baseUrl,
			parameters: chatParameters({ ...echo, throughput: { mode: 'fixed', maxConcurrency: 1 } }),
			items: rows(20),
		}).catch((error) => error);
		expect(failure.message).toMatch(/\[item 5\]$/);
		expect(failure.description).toMatch(/5 of 20 items had succeeded.*'Continue'/);
		expect(simulator.requests).toHaveLength(6);
	});

	test('succeed under Continue even if another item fails', async () => {
		simulator.fault({
			when: { matches: ({ body }) => JSON.stringify(body).includes('row 5]') },
			fault: { kind: 'status', status: 400 },
		});
		const { items } = await runChatNode({
			baseUrl: simulator.baseUrl,
			parameters: chatParameters(echo),
			items: rows(20),
			onError: 'continueErrorOutput',
		});
		expect(items.map(({ json }) => ('error' in json ? 'error' : json.output))).toEqual(
			rows(20).map(({ json }) => (json.row === 5 ? 'error' : `row ${json.row}`)),
		);
	});
});

describe('runs at the same time', () => {
	const items = (name: string, count: number) =>
		Array.from({ length: count }, () => ({ json: { name } }));
	const sayName = { ...glm, ...say('=[[answer: {{ $json.name }}]]'), options: thinkingOff };
	const nameIn = ({ body }: RecordedRequest) => /answer: (\w+)/.exec(JSON.stringify(body))?.[1];

	test('an overloaded model does not delay an item of another model', async () => {
		const busy = await startStrictSimulator();
		busy.fault({
			when: { model: 'openai/gpt-oss-20b' },
			fault: { kind: 'status', status: 503, headers: { 'retry-after-ms': '200' } },
		});
		const stop = new AbortController();
		let hasEnded = false;
		const overloaded = runChatNode({
			baseUrl: busy.baseUrl,
			items: items('batch', 16),
			onError: 'continueRegularOutput',
			signal: stop.signal,
		}).finally(() => (hasEnded = true));
		const failing = expect(overloaded).rejects.toThrow('The execution was cancelled');
		await waitUntil(() => (busy.statistics.byStatus[503] ?? 0) >= 8);
		const healthy = await runChatNode({
			baseUrl: busy.baseUrl,
			parameters: chatParameters(sayName),
			items: items('chat', 1),
		});
		expect(healthy.items[0]?.json).toMatchObject({ output: 'chat' });
		expect(healthy.hints).toEqual([]);
		expect(hasEnded).toBe(false);
		stop.abort();
		await failing;
		await busy.close();
	});

	test('a single item is answered before a batch is half done', async () => {
		const limited = await startStrictSimulator({
			concurrencyLimit: 4,
			latency: { kind: 'constant', ms: 50 },
		});
		const { baseUrl } = limited;
		const parameters = chatParameters(sayName);
		const batch = runChatNode({ baseUrl, parameters, items: items('batch', 40) });
		await waitUntil(() => limited.statistics.itemsAnswered >= 4);
		const single = await runChatNode({ baseUrl, parameters, items: items('chat', 1) });
		expect(single.items[0]?.json.output).toBe('chat');
		expect(limited.statistics.itemsAnswered).toBeLessThan(20);
		expect((await batch).items.map(({ json }) => json.output)).toEqual(
			items('batch', 40).map(({ json }) => json.name),
		);
		await limited.close();
	});

	test('have each its own Max Concurrency', async () => {
		const current = { two: 0, three: 0 };
		const most = { two: 0, three: 0, both: 0 };
		const nameOf = (request: RecordedRequest) => nameIn(request) as 'two' | 'three';
		const slow = await startStrictSimulator({
			latency: { kind: 'constant', ms: 20 },
			onRequest: (request) => (current[nameOf(request)] -= 1),
		});
		const noteStart = (request: RecordedRequest) => {
			const name = nameOf(request);
			current[name] += 1;
			most[name] = Math.max(most[name], current[name]);
			most.both = Math.max(most.both, current.two + current.three);
			return false;
		};
		slow.fault({ when: { matches: noteStart }, fault: { kind: 'status', status: 418 } });
		const run = async (name: string, maxConcurrency: number) =>
			await runChatNode({
				baseUrl: slow.baseUrl,
				parameters: chatParameters({ ...sayName, throughput: { maxConcurrency } }),
				items: items(name, 30),
			});
		await Promise.all([run('two', 2), run('three', 3)]);
		expect(most).toEqual({ two: 2, three: 3, both: 5 });
		await slow.close();
	});
});

describe('fallback models', () => {
	test('answer if the requested one is not available', async () => {
		const json = await answerTo({
			model: { __rl: true, mode: 'id', value: 'openai/gone' },
			options: { fallbackModels: ['wandb/zai-org/GLM-5.1'] },
		});
		expect(json).toMatchObject({ model: 'zai-org/GLM-5.1', attempts: 2 });
	});

	test('answer if the requested one stays overloaded', async () => {
		// No other test uses this model, because an outage is remembered per account and model.
		const model = 'openai/gpt-oss-120b';
		simulator.fault({ when: { model }, fault: { kind: 'status', status: 503, retryAfter: '0' } });
		const json = await answerTo({
			model: { __rl: true, mode: 'id', value: model },
			options: { fallbackModels: ['zai-org/GLM-5.1'] },
			retryPolicy: { maxRetries: 2 },
		});
		expect(json).toMatchObject({ model: 'zai-org/GLM-5.1', attempts: 4 });
		// The waits before the retries add up to 6 seconds at most.
	}, 20_000);
});

describe('Stop', () => {
	test.each([
		['a request that waits for its response', { kind: 'stall', where: 'beforeHeaders' } as const],
		['a stream', { kind: 'stall', where: 'inStream' } as const],
		['a wait between retries', { kind: 'status', status: 503, retryAfter: '60' } as const],
	])('ends %s at once, even under Continue', async (_, fault) => {
		simulator.fault({ fault });
		const stop = new AbortController();
		const running = runChatNode({
			baseUrl: simulator.baseUrl,
			items: [{}, {}],
			signal: stop.signal,
			onError: 'continueRegularOutput',
		});
		await waitUntil(() => simulator.requests.length === 2);
		stop.abort();
		await expect(running).rejects.toThrow('The execution was cancelled');
		await waitUntil(() => simulator.statistics.inFlight === 0);
		expect(simulator.requests).toHaveLength(2);
	});
});
