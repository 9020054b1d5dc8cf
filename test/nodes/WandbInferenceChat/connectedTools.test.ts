import type { INodeParameters, JsonObject } from 'n8n-workflow';
import { readAnswer, runChatNode, say } from '../../support/chatNode';
import { runWithTools, toolOf } from '../../support/connectedTool';
import { useSimulator } from '../../support/useSimulator';
import { waitUntil } from '../../support/waitUntil';
import { WandbInferenceChat } from '../../../nodes/WandbInferenceChat/WandbInferenceChat.node';
import {
	chatParameters,
	createExecuteContext,
	type NodeRun,
} from '../../../tools/engine/createExecuteContext';

const simulator = useSimulator();

const run = async (
	content: string,
	connectedTools: unknown,
	changes: INodeParameters = {},
	more: Partial<NodeRun> = {},
) => await runWithTools(simulator, content, connectedTools, changes, more);

const weather = toolOf('weather', async ({ city }) => `sunny in ${String(city)}`);
const clock = toolOf('clock', async () => ({ time: 'noon' }));

const callWeather = '[[call: weather {"city": "Oslo"}]]';
const messagesOf = (index: number) =>
	(simulator.requests[index]?.body as { messages: JsonObject[] }).messages;
const bodyOf = (index: number) => simulator.requests[index]?.body as JsonObject;

/** Answers every request with these calls. */
function alwaysCall(name: string, text: string, first?: number): void {
	const call = { id: 'call_0', type: 'function', function: { name, arguments: text } };
	const message = { role: 'assistant', content: null, tool_calls: [call] };
	const usage = { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15 };
	const body = { choices: [{ index: 0, message, finish_reason: 'tool_calls' }], usage };
	simulator.fault({
		...(first === undefined ? {} : { when: { first } }),
		fault: { kind: 'body', contentType: 'application/json', body: JSON.stringify(body) },
	});
}

test('the node runs without tools where n8n does not see its tool input', async () => {
	const context = createExecuteContext({ baseUrl: simulator.baseUrl });
	const failing = jest.spyOn(context, 'getInputConnectionData');
	failing.mockRejectedValueOnce(new Error('Node does not have input of type'));
	const [items] = await new WandbInferenceChat().execute.call(context);
	expect(items).toMatchObject([{ json: { output: expect.any(String) } }]);
	failing.mockRejectedValueOnce(new Error('The tool could not be opened'));
	await expect(new WandbInferenceChat().execute.call(context)).rejects.toThrow(
		'could not be opened',
	);
});

test('a tool is run for the model, which answers with its result', async () => {
	const { json } = await run(callWeather, [weather]);
	expect(json).toMatchObject({
		output: expect.stringContaining('sunny in Oslo'),
		toolRuns: [{ name: 'weather', arguments: { city: 'Oslo' }, result: 'sunny in Oslo' }],
		finishReason: 'stop',
		attempts: 2,
	});
	expect(json).not.toHaveProperty('toolCalls');
	expect(json).not.toHaveProperty('message');
	expect(simulator.requests).toHaveLength(2);
	expect(bodyOf(0).tools).toEqual([
		{
			type: 'function',
			function: { name: 'weather', description: 'Runs weather', parameters: weather.schema },
		},
	]);
	const [user, assistant, result] = messagesOf(1);
	expect(user).toEqual(messagesOf(0)[0]);
	expect(assistant).toMatchObject({ role: 'assistant', content: null });
	const [call] = assistant?.tool_calls as JsonObject[];
	expect(call).toMatchObject({ function: { name: 'weather', arguments: '{"city": "Oslo"}' } });
	expect(result).toEqual({ role: 'tool', tool_call_id: call?.id, content: 'sunny in Oslo' });
});

test('usage counts all requests', async () => {
	alwaysCall('weather', '{}', 1);
	const { json } = await run('Hello', [weather]);
	const again = await readAnswer(simulator.baseUrl, {
		specifyMessages: 'json',
		messagesJson: JSON.stringify(messagesOf(1)),
		tools: {
			values: [
				{
					name: 'weather',
					description: 'Runs weather',
					parameters: JSON.stringify(weather.schema),
				},
			],
		},
	});
	const { totalTokens } = again.usage as JsonObject;
	expect((json.usage as JsonObject).totalTokens).toBe(Number(totalTokens) + 15);
});

test('two tools of one round run at once', async () => {
	let running = 0;
	let most = 0;
	const slow = (name: string) =>
		toolOf(name, async () => {
			running += 1;
			most = Math.max(most, running);
			await waitUntil(() => most === 2);
			running -= 1;
			return name;
		});
	const { json } = await run('[[call: one {}]] [[call: two {}]]', [slow('one'), [slow('two')]]);
	expect(json.toolRuns).toEqual([
		{ name: 'one', arguments: {}, result: 'one' },
		{ name: 'two', arguments: {}, result: 'two' },
	]);
	expect(messagesOf(1).map(({ role }) => role)).toEqual(['user', 'assistant', 'tool', 'tool']);
});

test.each([
	['an object', clock, '{"time":"noon"}'],
	['nothing', toolOf('clock', async () => undefined), ''],
	['parts of text', toolOf('clock', async () => [{ type: 'text', text: 'noon' }]), 'noon'],
	[
		'an image',
		toolOf('clock', async () => [{ type: 'image', data: 'AAAA' }]),
		'[The tool returned an image, which cannot be sent as the result of a tool]',
	],
])('a tool that returns %s', async (_, tool, content) => {
	await run('[[call: clock {}]]', [tool]);
	expect(messagesOf(1).at(-1)).toMatchObject({ role: 'tool', content });
});

test.each([
	['an unknown tool', 'wether', '{}', "There is no tool 'wether'. The tools are: weather"],
	['arguments that are not JSON', 'weather', 'Oslo', 'The arguments are not a JSON object'],
	['a list as arguments', 'weather', '["Oslo"]', 'The arguments are not a JSON object'],
	['a tool that throws', 'weather', '{"fail": true}', 'No such city'],
])('%s is told to the model', async (_, name, text, error) => {
	const failing = toolOf('weather', async () => await Promise.reject(new Error('No such city')));
	alwaysCall(name, text, 1);
	const { json } = await run('Hello', [failing]);
	expect(json.toolRuns).toMatchObject([{ name, error }]);
	expect(messagesOf(1).at(-1)).toMatchObject({ content: `Error: ${error}` });
	expect(json.finishReason).toBe('stop');
	const [call] = messagesOf(1).at(-2)?.tool_calls as Array<{ function: { arguments: string } }>;
	expect(JSON.parse(call?.function.arguments ?? '')).toBeInstanceOf(Object);
});

test('a model that never stops calling tools fails the item with what it used', async () => {
	alwaysCall('weather', '{}');
	const { json } = await run(
		'Hello',
		[weather],
		{ maxToolRounds: 3 },
		{ onError: 'continueRegularOutput' },
	);
	expect(simulator.requests).toHaveLength(4);
	expect(json.error).toBe('The model still calls tools after 3 rounds of them');
	expect(json.details).toMatchObject({
		kind: 'toolRounds',
		advice: expect.stringContaining("'Max Tool Rounds'"),
		attempts: 4,
		usage: { promptTokens: 40, completionTokens: 20, totalTokens: 60 },
		toolRuns: [{ name: 'weather' }, { name: 'weather' }, { name: 'weather' }],
	});
});

test('a failed request after a round keeps what was paid and run', async () => {
	alwaysCall('weather', '{}', 1);
	simulator.fault({ fault: { kind: 'status', status: 402 } });
	const { json } = await run('Hello', [weather], {}, { onError: 'continueRegularOutput' });
	expect(json.details).toMatchObject({
		kind: 'quota',
		attempts: 2,
		usage: { totalTokens: 15 },
		toolRuns: [{ name: 'weather' }],
	});
});

describe('tools written as fields', () => {
	const tools = { values: [{ name: 'book', parameters: '{"type":"object"}' }] };

	test('come out in toolCalls after the connected ones have been run', async () => {
		alwaysCall('weather', '{}', 1);
		alwaysCall('book', '{"seat": 1}');
		const { json } = await run('Hello', [weather], { tools });
		expect(json).toMatchObject({
			toolCalls: [{ name: 'book', arguments: { seat: 1 } }],
			toolRuns: [{ name: 'weather' }],
		});
		expect(json.message).toMatchObject({ role: 'assistant' });
	});

	test('called together with connected ones, nothing is run and all calls come out', async () => {
		const { json } = await run(`${callWeather} [[call: book {}]]`, [weather], { tools });
		expect(json.toolCalls).toMatchObject([{ name: 'weather' }, { name: 'book' }]);
		expect(json).not.toHaveProperty('toolRuns');
		expect(simulator.requests).toHaveLength(1);
	});
});

test('Stop ends an item whose tool never returns', async () => {
	const stop = new AbortController();
	let signal: AbortSignal | undefined;
	const never = toolOf('weather', async (_, config) => {
		signal = config?.signal;
		return await new Promise(() => undefined);
	});
	const stopped = run(callWeather, [never], {}, { signal: stop.signal });
	await waitUntil(() => signal !== undefined);
	stop.abort();
	await expect(stopped).rejects.toThrow('The execution was cancelled');
	expect(signal?.aborted).toBe(true);
	expect(simulator.requests).toHaveLength(1);
});

test('fifty items keep their order, results, and pairs', async () => {
	const items = Array.from({ length: 50 }, (_, row) => ({ json: { row } }));
	const { all } = await run(
		'=[[call: weather {"city": "city {{ $json.row }}"}]]',
		[weather],
		{},
		{ items },
	);
	expect(all).toHaveLength(50);
	all.forEach(({ json, pairedItem }, row) => {
		expect(pairedItem).toEqual({ item: row });
		expect(json.toolRuns).toMatchObject([{ result: `sunny in city ${row}` }]);
	});
	expect(simulator.requests).toHaveLength(100);
});

test('streamed equals not streamed', async () => {
	const streamed = await run(callWeather, [weather]);
	simulator.reset();
	const whole = await run(callWeather, [weather], { options: { stream: false } });
	expect(streamed.json).toEqual(whole.json);
});

test('a chat shows the text of the answer', async () => {
	const texts: string[] = [];
	await run(callWeather, [weather], {}, { onChunk: ({ content }) => texts.push(content ?? '') });
	expect(texts.join('')).toContain('sunny in Oslo');
});

test('a JSON answer is checked after the tools have been run', async () => {
	const format = {
		responseFormat: 'json_schema',
		schemaType: 'example',
		jsonExample: '{"city": "Oslo"}',
	};
	const { json } = await run(callWeather, [weather], format);
	expect(json).toMatchObject({ output: { city: expect.any(String) }, toolRuns: [{}] });
});

test('a tool that the model must call is only required once', async () => {
	const { json } = await run('Hello', [weather], { options: { toolChoice: 'required' } });
	expect(json.toolRuns).toHaveLength(1);
	expect(bodyOf(0).tool_choice).toBe('required');
	expect(bodyOf(1)).not.toHaveProperty('tool_choice');
});

test('as the tool of an agent, the node has no connected tools', async () => {
	const nodeType = 'n8n-nodes-wandb-inference.wandbInferenceChatTool';
	const { json } = await run('Hello', [weather], {}, { nodeType });
	expect(Object.keys(json)).toEqual(['output']);
	expect(bodyOf(0)).not.toHaveProperty('tools');
});

test('without connected tools, the request is what it was', async () => {
	await runChatNode({ baseUrl: simulator.baseUrl, parameters: chatParameters(say('Hello')) });
	await run('Hello', []);
	expect(bodyOf(1)).toEqual(bodyOf(0));
});
