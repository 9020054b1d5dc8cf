import type { INodeParameters, JsonObject, NodeApiError } from 'n8n-workflow';
import { WandbInferenceChat } from '../nodes/WandbInferenceChat/WandbInferenceChat.node';
import { chatParameters, createExecuteContext, runChatNode } from './support/nodeRun';
import { validateResponseBody } from './support/openaiSchema/validateChatCompletion';
import { startSimulator, type Simulator } from './support/simulator/simulator';
import { waitUntil } from './support/waitUntil';

let simulator: Simulator;

beforeAll(async () => {
	simulator = await startSimulator();
});
beforeEach(() => {
	simulator.reset();
	simulator.concurrencyLimit = undefined;
});
afterAll(async () => await simulator.close());

const say = (content: string): INodeParameters => ({
	messages: { values: [{ role: 'user', content }] },
});

async function answerTo(parameters: INodeParameters): Promise<JsonObject> {
	const { items } = await runChatNode({
		baseUrl: simulator.baseUrl,
		parameters: chatParameters(parameters),
	});
	return items[0]?.json as JsonObject;
}

const thinkingOff = { reasoning: 'disabled' };
const glm = { model: { __rl: true, mode: 'id', value: 'zai-org/GLM-5.1' } };

describe('simplified output', () => {
	test('holds the text, why it ended, who answered, its cost and how many requests it took', async () => {
		const json = await answerTo({ ...glm, ...say('[[answer: Hi there]]'), options: thinkingOff });
		expect(json).toEqual({
			output: 'Hi there',
			finishReason: 'stop',
			model: 'zai-org/GLM-5.1',
			usage: {
				promptTokens: expect.any(Number),
				completionTokens: expect.any(Number),
				totalTokens: expect.any(Number),
				cachedTokens: expect.any(Number),
				reasoningTokens: expect.any(Number),
			},
			attempts: 1,
		});
	});

	test.each([
		['streamed', true],
		['not streamed', false],
	])('keeps reasoning apart from the text, %s', async (_, stream) => {
		const content = '[[answer: 42]] [[reason: six times seven]]';
		expect(await answerTo({ ...say(content), options: { stream } })).toMatchObject({
			output: '42',
			reasoning: 'six times seven',
		});
	});

	test.each([
		['streamed', true],
		['not streamed', false],
	])('takes <think> text for reasoning, %s', async (_, stream) => {
		const content = '[[answer: 42]] [[reason: six times seven]] [[think-tags]]';
		expect(await answerTo({ ...say(content), options: { stream } })).toMatchObject({
			output: '42',
			reasoning: 'six times seven',
		});
	});

	test('holds arrays when several choices are asked for', async () => {
		const json = await answerTo({ ...say('Tell me a story'), options: { n: 3 } });
		expect(json.output).toHaveLength(3);
		expect(new Set(json.output as string[]).size).toBeGreaterThan(1);
		expect(json.finishReason).toEqual(['stop', 'stop', 'stop']);
	});

	test('holds log probabilities when they are asked for', async () => {
		const json = await answerTo({
			...say('[[answer: yes]]'),
			options: { logprobs: true, topLogprobs: 2 },
		});
		const { content } = json.logprobs as { content: JsonObject[] };
		expect(content[0]?.top_logprobs).toHaveLength(2);
	});

	test('holds tool calls with their arguments parsed', async () => {
		const parameters =
			'{"type":"object","properties":{"city":{"type":"string"}},"required":["city"]}';
		const tools = { values: [{ name: 'get_weather', description: 'Weather', parameters }] };
		for (const stream of [true, false]) {
			const json = await answerTo({
				...say('[[call: get_weather {"city": "Oslo"}]] [[call: get_weather {"city": "Rome"}]]'),
				tools,
				options: { stream },
			});
			expect(json).toMatchObject({
				output: '',
				finishReason: 'tool_calls',
				toolCalls: [
					{ id: expect.any(String), name: 'get_weather', arguments: { city: 'Oslo' } },
					{ id: expect.any(String), name: 'get_weather', arguments: { city: 'Rome' } },
				],
			});
		}
	});

	test('holds the call of an older function', async () => {
		const functions = '[{"name":"get_weather","parameters":{"type":"object","properties":{}}}]';
		const json = await answerTo({
			...say('Hello'),
			options: { functions, functionCall: 'get_weather' },
		});
		expect(json.toolCalls).toMatchObject([{ name: 'get_weather' }]);
	});
});

describe('raw output', () => {
	test.each([
		['text', {}],
		['several choices', { n: 2 }],
		['log probabilities', { logprobs: true, topLogprobs: 1 }],
		[
			'an older function',
			{ functions: '[{"name":"f","parameters":{"type":"object"}}]', functionCall: 'f' },
		],
	])('is the same streamed and not streamed: %s', async (_, options) => {
		const parameters = { ...say('Tell me about lakes'), simplify: false };
		const streamed = await answerTo({ ...parameters, options: { ...options, stream: true } });
		const whole = await answerTo({ ...parameters, options: { ...options, stream: false } });
		expect(comparable(streamed)).toEqual(comparable(whole));
		expect(validateResponseBody(streamed)).toEqual([]);
	});

	test('is the same streamed and not streamed: tool calls', async () => {
		const parameters = {
			...say('[[call: f {"a": 1}]] [[call: g {}]]'),
			simplify: false,
			tools: {
				values: [
					{ name: 'f', parameters: '{}' },
					{ name: 'g', parameters: '{}' },
				],
			},
		};
		const streamed = await answerTo({ ...parameters, options: { stream: true } });
		const whole = await answerTo({ ...parameters, options: { stream: false } });
		expect(comparable(streamed)).toEqual(comparable(whole));
	});

	/** Ids and times are new for each request, and the second request finds its prompt cached. */
	function comparable(json: JsonObject): string[] {
		const kept = Object.entries(json).filter(
			([name]) => !['id', 'created', 'usage'].includes(name),
		);
		return JSON.stringify(Object.fromEntries(kept), null, 1)
			.replace(/"(call|chatcmpl)[-_]\w+"/g, '"id"')
			.split('\n')
			.map((line) => line.replace(/,$/, ''))
			.sort();
	}
});

describe('JSON answers', () => {
	const jsonSchema =
		'{"type":"object","properties":{"mood":{"enum":["good","bad"]}},"required":["mood"],"additionalProperties":false}';
	const withSchema = { responseFormat: 'json_schema', jsonSchema };

	test('come out as values of the given shape', async () => {
		const { output } = await answerTo({ ...withSchema, ...say('How are you?') });
		expect(['good', 'bad']).toContain((output as JsonObject).mood);
	});

	test('come out as an object in JSON mode', async () => {
		const { output } = await answerTo({ responseFormat: 'json_object', ...say('Answer in JSON') });
		expect(typeof output).toBe('object');
	});

	test('are read through a Markdown fence and thinking', async () => {
		const fenced = '[[answer: ```json\n{"mood": "good"}\n```]] [[reason: hm]] [[think-tags]]';
		expect((await answerTo({ ...withSchema, ...say(fenced) })).output).toEqual({ mood: 'good' });
	});

	test.each([
		[
			'cut off by Max Tokens',
			say('How are you?'),
			{ maxTokens: 2, ...thinkingOff },
			/cut off at 'Max Tokens'/,
			/Raise 'Max Tokens'/,
		],
		['not JSON', say('[[answer: Sorry, no]]'), thinkingOff, /not valid JSON/, /Strict Schema/],
	])(
		'that are %s are an error that says so, billed once',
		async (_, message, options, text, advice) => {
			const parameters = chatParameters({ ...glm, ...withSchema, ...message, options });
			await expect(runChatNode({ baseUrl: simulator.baseUrl, parameters })).rejects.toMatchObject({
				message: expect.stringMatching(text),
				description: expect.stringMatching(advice),
			});
			expect(simulator.requests).toHaveLength(1);
			const { items } = await runChatNode({
				baseUrl: simulator.baseUrl,
				parameters,
				onError: 'continueRegularOutput',
			});
			expect(items[0]?.json.details).toMatchObject({ kind: 'invalidOutput', attempts: 1 });
		},
	);
});

describe('hints', () => {
	const hintsFor = async (parameters: INodeParameters) => {
		const run = { baseUrl: simulator.baseUrl, parameters: chatParameters(parameters) };
		return (await runChatNode(run)).hints.map(({ message }) => message);
	};

	test('are absent when all was smooth', async () => {
		expect(await hintsFor({})).toEqual([]);
	});

	test('tell of an answer cut at Max Tokens', async () => {
		const hints = await hintsFor({
			...glm,
			...say('Tell me a story'),
			options: { maxTokens: 5, ...thinkingOff },
		});
		expect(hints).toEqual([expect.stringMatching(/^1 answer was cut off at 'Max Tokens'/)]);
	});

	test('tell of an answer that reasoning left empty', async () => {
		const hints = await hintsFor(say('[[empty]]'));
		expect(hints).toEqual([expect.stringMatching(/^1 answer was empty because reasoning used up/)]);
	});

	test('tell of retries and how long items waited', async () => {
		simulator.fault({
			times: 1,
			fault: { kind: 'status', status: 503, retryAfter: '0' },
		});
		simulator.fault({
			times: 1,
			fault: { kind: 'status', status: 429, reason: 'concurrency' },
		});
		const [hint] = await hintsFor({});
		expect(hint).toMatch(/'Concurrency limit reached' once, so the node settled at 1 at once/);
		expect(hint).toMatch(
			/1 request was retried after a passing fault\. Items waited [\d.]+ s in all/,
		);
	});
});

describe('messages', () => {
	test('carry images from binary data as a data URL', async () => {
		await runChatNode({
			baseUrl: simulator.baseUrl,
			parameters: chatParameters({
				messages: {
					values: [
						{
							role: 'user',
							content: 'Compare',
							imageSource: 'binary',
							binaryPropertyName: 'one, two',
						},
					],
				},
			}),
			items: [
				{
					binary: {
						one: { mimeType: 'image/png', data: 'aW1hZ2Ux' },
						two: { mimeType: 'image/jpeg', data: 'aW1hZ2Uy' },
					},
				},
			],
		});
		expect((simulator.requests[0]?.body as JsonObject).messages).toEqual([
			{
				role: 'user',
				content: [
					{ type: 'text', text: 'Compare' },
					{ type: 'image_url', image_url: { url: 'data:image/png;base64,aW1hZ2Ux' } },
					{ type: 'image_url', image_url: { url: 'data:image/jpeg;base64,aW1hZ2Uy' } },
				],
			},
		]);
	});

	const history = [
		{ role: 'user', content: 'Weather in Oslo?' },
		{
			role: 'assistant',
			content: null,
			tool_calls: [{ id: 'call_1', type: 'function', function: { name: 'f', arguments: '{}' } }],
		},
		{ role: 'tool', tool_call_id: 'call_1', content: 'Rain' },
	];

	test.each([
		['text', JSON.stringify(history)],
		['a value', '={{ $json.history }}'],
	])('come from JSON given as %s', async (_, messagesJson) => {
		await runChatNode({
			baseUrl: simulator.baseUrl,
			parameters: chatParameters({ specifyMessages: 'json', messagesJson }),
			items: [{ json: { history } }],
		});
		expect((simulator.requests[0]?.body as JsonObject).messages).toEqual(history);
	});
});

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

	test('all succeed, once each, when every 20th request meets a 429', async () => {
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

	test('run as many at once as fixed throughput says', async () => {
		const slow = await startSimulator({ latency: { kind: 'constant', ms: 20 } });
		for (const [throughput, atOnce] of [
			[{ mode: 'fixed' }, 1],
			[{ mode: 'fixed', maxConcurrency: 4 }, 4],
		] as const) {
			slow.reset();
			const parameters = chatParameters({ ...echo, throughput });
			await runChatNode({ baseUrl: slow.baseUrl, parameters, items: rows(12) });
			expect(slow.statistics.maxInFlight).toBe(atOnce);
		}
		await slow.close();
	});

	test('stay below the limit of the account that nobody told', async () => {
		const limited = await startSimulator({
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
		expect(hints[0]?.message).toMatch(/Concurrency limit reached/);
		expect(limited.statistics.byStatus[200]).toBe(60);
		await limited.close();
	});

	test('without any, no request is sent', async () => {
		const { items } = await runChatNode({ baseUrl: simulator.baseUrl, items: [] });
		expect(items).toEqual([]);
		expect(simulator.requests).toEqual([]);
	});

	test('after a failure under Stop, nothing more is sent and the message counts what succeeded', async () => {
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

	test('under Continue a failed item costs no other', async () => {
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

describe('fallback models', () => {
	test('answer when the chosen one is gone', async () => {
		const json = await answerTo({
			model: { __rl: true, mode: 'id', value: 'openai/gone' },
			options: { fallbackModels: ['wandb/zai-org/GLM-5.1'] },
		});
		expect(json).toMatchObject({ model: 'zai-org/GLM-5.1', attempts: 2 });
	});

	test('answer when the chosen one stays overloaded', async () => {
		const model = 'openai/gpt-oss-20b';
		simulator.fault({ when: { model }, fault: { kind: 'status', status: 503, retryAfter: '0' } });
		const json = await answerTo({
			options: { fallbackModels: ['zai-org/GLM-5.1'] },
			retryPolicy: { maxRetries: 2 },
		});
		expect(json).toMatchObject({ model: 'zai-org/GLM-5.1', attempts: 4 });
	});
});

describe('Stop', () => {
	test.each([
		['a request that waits for its answer', { kind: 'stall', where: 'beforeHeaders' } as const],
		['a stream', { kind: 'stall', where: 'inStream' } as const],
		['a wait between retries', { kind: 'status', status: 503, retryAfter: '60' } as const],
	])('ends %s at once, also under Continue', async (_, fault) => {
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

describe('model: getMany', () => {
	const getMany = (parameters: INodeParameters, credential = {}) => ({
		baseUrl: `${simulator.baseUrl}/`,
		credential,
		parameters: { resource: 'model', operation: 'getMany', ...parameters },
		items: [{}, {}],
	});

	test('lists what the service lists, asked once', async () => {
		const { items } = await runChatNode(getMany({ returnAll: true }));
		expect(items.map(({ json }) => json.id)).toContain('openai/gpt-oss-20b');
		expect(simulator.requests).toHaveLength(1);
		expect(items[3]?.pairedItem).toEqual({ item: 0 });
	});

	test('keeps to the limit', async () => {
		expect((await runChatNode(getMany({ returnAll: false, limit: 2 }))).items).toHaveLength(2);
	});

	test('fails with advice, or gives an error item', async () => {
		const run = getMany({ returnAll: true }, { apiKey: 'wrong-key' });
		await expect(runChatNode(run)).rejects.toMatchObject({ message: 'Authentication failed' });
		const { items } = await runChatNode({ ...run, onError: 'continueRegularOutput' });
		expect(items).toMatchObject([{ json: { error: 'Authentication failed' } }]);
	});
});

describe('model search', () => {
	const search = async (filter: string | undefined, credential = {}) => {
		const context = createExecuteContext({ baseUrl: simulator.baseUrl, credential });
		return await new WandbInferenceChat().methods.listSearch.searchModels.call(
			context as never,
			filter,
		);
	};

	test('finds models by parts of their name, sorted', async () => {
		const all = (await search(undefined)).results.map(({ value }) => value);
		expect(all).toEqual([...all].sort((left, right) => String(left).localeCompare(String(right))));
		expect((await search('OSS 120')).results).toEqual([
			{ name: 'openai/gpt-oss-120b', value: 'openai/gpt-oss-120b' },
		]);
		expect((await search('nothing like it')).results).toEqual([]);
	});

	test('says why there is no list and that an ID still works', async () => {
		await expect(search('', { apiKey: 'wrong-key' })).rejects.toMatchObject({
			message: expect.stringMatching(
				/^Authentication failed\. Check the API key.*enter a model by ID/,
			),
		});
	});
});
