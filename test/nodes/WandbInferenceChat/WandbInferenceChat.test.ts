import type { INodeParameters, JsonObject } from 'n8n-workflow';
import { glm, readAnswer, runChatNode, say, thinkingOff } from '../../support/chatNode';
import { chatParameters } from '../../../tools/engine/createExecuteContext';
import { validateResponseBody } from '../../../tools/simulator/openaiSchema/validateChatCompletion';
import { useSimulator } from '../../support/useSimulator';

const simulator = useSimulator();

const answerTo = async (parameters: INodeParameters) =>
	await readAnswer(simulator.baseUrl, parameters);

describe('simplified output', () => {
	test('contains the text, the finish reason, the model, its usage, and the number of requests', async () => {
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
		});
	});

	test.each([
		['streamed', true],
		['not streamed', false],
	])('separates reasoning from the text, %s', async (_, stream) => {
		const content = '[[answer: 42]] [[reason: six times seven]]';
		expect(await answerTo({ ...say(content), options: { stream } })).toMatchObject({
			output: '42',
			reasoning: 'six times seven',
		});
	});

	test.each([
		['streamed', true],
		['not streamed', false],
	])('treats <think> text as reasoning, %s', async (_, stream) => {
		const content = '[[answer: 42]] [[reason: six times seven]] [[think-tags]]';
		expect(await answerTo({ ...say(content), options: { stream } })).toMatchObject({
			output: '42',
			reasoning: 'six times seven',
		});
	});

	test('contains arrays if several choices are requested', async () => {
		const json = await answerTo({ ...say('Tell me a story'), options: { n: 3 } });
		expect(json.output).toHaveLength(3);
		expect(new Set(json.output as string[]).size).toBeGreaterThan(1);
		expect(json.finishReason).toEqual(['stop', 'stop', 'stop']);
	});

	test('contains log probabilities if requested', async () => {
		const json = await answerTo({
			...say('[[answer: yes]]'),
			options: { logprobs: true, topLogprobs: 2 },
		});
		const { content } = json.logprobs as { content: JsonObject[] };
		expect(content[0]?.top_logprobs).toHaveLength(2);
	});

	test('contains tool calls with parsed arguments', async () => {
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

	test('contains the call of a legacy function', async () => {
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
			'a legacy function',
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

	/** IDs and times differ between requests, and the second request finds its prompt cached. */
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

	test('are parsed into values that match the schema', async () => {
		const { output } = await answerTo({ ...withSchema, ...say('How are you?') });
		expect(['good', 'bad']).toContain((output as JsonObject).mood);
	});

	test('are parsed into an object in JSON mode', async () => {
		const { output } = await answerTo({ responseFormat: 'json_object', ...say('Answer in JSON') });
		expect(typeof output).toBe('object');
	});

	test('are read from inside a Markdown fence and after thinking', async () => {
		const fenced = '[[answer: ```json\n{"mood": "good"}\n```]] [[reason: hm]] [[think-tags]]';
		expect((await answerTo({ ...withSchema, ...say(fenced) })).output).toEqual({ mood: 'good' });
	});
});

describe('hints', () => {
	const hintsFor = async (parameters: INodeParameters, itemCount = 1) => {
		const items = Array.from({ length: itemCount }, (_, row) => ({ json: { row } }));
		const run = { baseUrl: simulator.baseUrl, parameters: chatParameters(parameters), items };
		return (await runChatNode(run)).hints.map(({ message }) => message);
	};

	test('are absent after a smooth run', async () => {
		expect(await hintsFor({})).toEqual([]);
	});

	test('report an answer that was cut off at Max Tokens', async () => {
		const hints = await hintsFor({
			...glm,
			...say('Tell me a story'),
			options: { maxTokens: 5, ...thinkingOff },
		});
		expect(hints).toEqual([expect.stringMatching(/^1 answer was cut off at 'Max Tokens'/)]);
	});

	test('report an answer that reasoning left empty', async () => {
		const hints = await hintsFor(say('[[empty]]'));
		expect(hints).toEqual([expect.stringMatching(/^1 answer was empty because reasoning used up/)]);
	});

	test('report retries and how long items waited', async () => {
		simulator.fault({
			times: 1,
			fault: { kind: 'status', status: 503, retryAfter: '0' },
		});
		simulator.fault({
			times: 1,
			fault: { kind: 'status', status: 429, reason: 'concurrency' },
		});
		const [hint] = await hintsFor({});
		expect(hint).toMatch(
			/concurrency limit was reached once, so requests were slowed down automatically; 1 request was retried after a temporary error \([\d.]+ s of waiting in total\)\. No action needed\./,
		);
	});

	test("report an answer that was cut off at the model's own limit", async () => {
		const choices = [
			{ index: 0, message: { role: 'assistant', content: 'Once' }, finish_reason: 'length' },
		];
		simulator.fault({
			fault: { kind: 'body', body: JSON.stringify({ object: 'chat.completion', choices }) },
		});
		expect(await hintsFor({ options: { stream: false } })).toEqual([
			expect.stringMatching(/^1 answer was cut off at the model's own limit/),
		]);
		expect(await hintsFor({ options: { stream: false, maxTokens: 5 } })).toEqual([
			expect.stringMatching(/^1 answer was cut off at 'Max Tokens'/),
		]);
	});
});
