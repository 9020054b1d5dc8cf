/* eslint-disable @n8n/community-nodes/no-restricted-imports -- not shipped: runs outside n8n */
import { AIMessage, HumanMessage, ToolMessage } from '@langchain/core/messages';
import { DynamicStructuredTool } from '@langchain/core/tools';
import type { JsonObject } from 'n8n-workflow';
import { z } from 'zod';
import { readStream, supplyAgentModel, type AgentMessage } from '../../support/agentModel';
import { validateRequestBody } from '../../../tools/simulator/openaiSchema/validateChatCompletion';
import { useSimulator } from '../../support/useSimulator';

const simulator = useSimulator();

const weather = new DynamicStructuredTool({
	name: 'weather',
	description: 'The weather of a city',
	schema: z.object({ city: z.string() }),
	func: async ({ city }) => `sunny in ${city}`,
});
const clock = new DynamicStructuredTool({
	name: 'clock',
	description: 'The time in a city',
	schema: { type: 'object', properties: { city: { type: 'string' } } },
	func: async () => 'noon',
});
const tools = [weather, clock];

const ask = (text: string) => [new HumanMessage(text)];

function lastBody(): JsonObject {
	const body = simulator.requests.at(-1)?.body as JsonObject;
	expect(validateRequestBody(body)).toEqual([]);
	return body;
}

async function boundModel(options = {}) {
	const { model } = await supplyAgentModel({ baseUrl: simulator.baseUrl, options });
	return model.bindTools(tools);
}

async function callsBothWays(text: string): Promise<Array<AgentMessage | undefined>> {
	const model = await boundModel();
	const { whole } = await readStream(await model.stream(ask(text)));
	return [await model.invoke(ask(text)), whole];
}

/** Responds to every request with these tool calls, in the format of the service. */
function respondWithCalls(calls: JsonObject[]): void {
	const message = { role: 'assistant', content: null, tool_calls: calls };
	const body = { choices: [{ index: 0, message, finish_reason: 'tool_calls' }] };
	simulator.fault({
		fault: { kind: 'body', contentType: 'application/json', body: JSON.stringify(body) },
	});
}

const callOf = (text: string, id: string | undefined = 'call_1'): JsonObject => ({
	...(id === undefined ? {} : { id }),
	type: 'function',
	function: { name: 'weather', arguments: text },
});

describe('tools of an agent', () => {
	test('reach the service with their descriptions and schemas', async () => {
		const model = await boundModel();
		await model.invoke(ask('Hello'));
		expect(lastBody().tools).toMatchObject([
			{
				type: 'function',
				function: {
					name: 'weather',
					description: 'The weather of a city',
					parameters: {
						type: 'object',
						properties: { city: { type: 'string' } },
						required: ['city'],
					},
				},
			},
			{ type: 'function', function: { name: 'clock', parameters: { type: 'object' } } },
		]);
		expect(lastBody()).not.toHaveProperty('tool_choice');
	});

	test('are sent once when the agent binds them twice', async () => {
		const model = (await boundModel()).bindTools(tools);
		await model.invoke(ask('Hello'));
		expect(lastBody().tools).toHaveLength(2);
	});

	test.each([
		['any', 'required'],
		['none', 'none'],
		['clock', { type: 'function', function: { name: 'clock' } }],
	])('are chosen as the agent requests: %s', async (choice, wire) => {
		const { model } = await supplyAgentModel({ baseUrl: simulator.baseUrl });
		await model.bindTools(tools, { tool_choice: choice }).invoke(ask('Hello'));
		expect(lastBody().tool_choice).toEqual(wire);
	});

	test('are required for Parallel Tool Calls and a tool choice to be sent', async () => {
		const options = { parallelToolCalls: false };
		const { model } = await supplyAgentModel({ baseUrl: simulator.baseUrl, options });
		await model.invoke(ask('Hello'), { tool_choice: 'none' });
		expect(lastBody()).not.toHaveProperty('parallel_tool_calls');
		expect(lastBody()).not.toHaveProperty('tool_choice');
		await (await boundModel(options)).invoke(ask('Hello'));
		expect(lastBody().parallel_tool_calls).toBe(false);
	});
});

describe('tool calls of a model', () => {
	test('arrive complete, several at once, each with its own ID', async () => {
		for (const answer of await callsBothWays(
			'[[call: weather {"city":"Paris"}]] [[call: weather {"city":"Rome"}]] [[call: clock {}]]',
		)) {
			expect(answer?.tool_calls).toMatchObject([
				{ name: 'weather', args: { city: 'Paris' } },
				{ name: 'weather', args: { city: 'Rome' } },
				{ name: 'clock', args: {} },
			]);
			expect(new Set(answer?.tool_calls?.map(({ id }) => id)).size).toBe(3);
			expect(answer?.text).toBe('');
			expect(answer?.response_metadata.finish_reason).toBe('tool-calls');
		}
	});

	test('get an ID if the model returns none, or the same one twice', async () => {
		respondWithCalls([
			callOf('{"city":"Paris"}', 'same'),
			callOf('{"city":"Rome"}', 'same'),
			{ type: 'function', function: { name: 'clock', arguments: '{}' } },
		]);
		for (const answer of await callsBothWays('Weather?')) {
			const ids = answer?.tool_calls?.map(({ id }) => id) ?? [];
			expect(ids).toEqual([
				'same',
				expect.stringMatching(/^call_/),
				expect.stringMatching(/^call_/),
			]);
			expect(new Set(ids).size).toBe(3);
		}
	});

	test.each([
		['', {}],
		['null', {}],
		['"{\\"city\\":\\"Paris\\"}"', { city: 'Paris' }],
		['{"city": "Par', { invalidArguments: '{"city": "Par' }],
		['["Paris"]', { invalidArguments: '["Paris"]' }],
		['Paris', { invalidArguments: 'Paris' }],
	])('with the arguments %j reach the agent as an object', async (text, args) => {
		respondWithCalls([callOf(text)]);
		for (const answer of await callsBothWays('Weather?')) {
			expect(answer?.tool_calls).toMatchObject([{ id: 'call_1', name: 'weather', args }]);
			expect(answer?.invalid_tool_calls).toEqual([]);
		}
	});

	test('with invalid arguments get a reply that the model can learn from', async () => {
		respondWithCalls([callOf('{"city": "Par')]);
		const [answer] = await callsBothWays('Weather?');
		const call = answer?.tool_calls?.[0];
		await expect(weather.invoke(call?.args as never)).rejects.toThrow('schema');

		simulator.reset();
		const model = await boundModel();
		await model.invoke([
			...ask('Weather?'),
			new AIMessage({ content: '', tool_calls: [call as never] }),
			new ToolMessage({ content: 'city is missing', tool_call_id: 'call_1', status: 'error' }),
		]);
		expect((lastBody().messages as JsonObject[]).slice(1)).toEqual([
			{
				role: 'assistant',
				content: null,
				tool_calls: [callOf('{"invalidArguments":"{\\"city\\": \\"Par"}')],
			},
			{ role: 'tool', tool_call_id: 'call_1', content: 'city is missing' },
		]);
	});
});
