/* eslint-disable @n8n/community-nodes/no-restricted-imports -- not shipped: runs outside n8n */
import { AIMessage, HumanMessage, SystemMessage, ToolMessage } from '@langchain/core/messages';
import { tool } from '@langchain/core/tools';
import { sleep, type JsonObject } from 'n8n-workflow';
import { z } from 'zod';
import {
	readStream,
	supplyAgentModel,
	type AgentMessage,
	type AgentModel,
} from '../../support/agentModel';
import { useSimulator } from '../../support/useSimulator';

/*
 * What LangChain's own standard tests assert of a chat model (internal/standard-tests of
 * langchainjs), written anew for a model that n8n supplies. Left out are those about constructor
 * arguments, caches, and LangSmith, which a supplied model does not have.
 */
const simulator = useSimulator();

let model: AgentModel;
beforeEach(async () => ({ model } = await supplyAgentModel({ baseUrl: simulator.baseUrl })));

const lastBody = () => simulator.requests.at(-1)?.body as JsonObject;
const add = tool(async ({ a, b }: { a: number; b: number }) => `${a + b}`, {
	name: 'math_addition',
	description: 'Adds two numbers',
	schema: z.object({ a: z.number(), b: z.number() }),
});
const callAdd = '[[call: math_addition {"a": 1, "b": 2}]]';

describe('invoke', () => {
	test.each([
		['text', 'Hello'],
		['a list of messages', [new HumanMessage('Hello')]],
		['pairs of role and text', [['human', 'Hello']]],
		['a message after a system message', [new SystemMessage('Be kind'), new HumanMessage('Hello')]],
		['two messages of the user in a row', [new HumanMessage('Hello'), new HumanMessage('There?')]],
	])('answers %s', async (_, input) => {
		const result = await model.invoke(input);
		expect(AIMessage.isInstance(result)).toBe(true);
		expect(typeof result.content).toBe('string');
		expect(result.text.length).toBeGreaterThan(0);
	});

	test('answers in a conversation', async () => {
		const conversation = [new HumanMessage('Hello'), new AIMessage('Hi'), new HumanMessage('So?')];
		await model.invoke(conversation);
		expect(lastBody().messages).toEqual([
			{ role: 'user', content: 'Hello' },
			{ role: 'assistant', content: 'Hi' },
			{ role: 'user', content: 'So?' },
		]);
	});
});

test('stream yields chunks of a message, which add up to the answer', async () => {
	let count = 0;
	let whole: AgentMessage | undefined;
	for await (const chunk of await model.stream('[[answer: one two three four]]')) {
		expect(chunk.constructor.name).toBe('AIMessageChunk');
		expect(typeof chunk.content).toBe('string');
		whole = whole ? whole.concat(chunk) : chunk;
		count += 1;
	}
	expect(count).toBeGreaterThan(1);
	expect(whole?.content).toBe('one two three four');
});

test('batch answers each input, in order', async () => {
	const results = await model.batch(['[[answer: one]]', '[[answer: two]]', '[[answer: three]]']);
	expect(results.map(({ content }) => content)).toEqual(['one', 'two', 'three']);
});

test.each(['invoke', 'stream'] as const)('%s reports the usage', async (method) => {
	const question = 'Hello [[answer: Hi]] [[reason: hm]]';
	const message =
		method === 'invoke'
			? await model.invoke(question)
			: (await readStream(await model.stream(question))).whole;
	const usage = message?.usage_metadata as Record<string, number>;
	expect(usage).toMatchObject({
		input_tokens: expect.any(Number),
		output_tokens: expect.any(Number),
		total_tokens: Number(usage.input_tokens) + Number(usage.output_tokens),
		output_token_details: { reasoning: expect.any(Number) },
	});
});

test('stop sequences end the answer', async () => {
	const result = await model.invoke('[[answer: one two three]]', { stop: ['two'] });
	expect(result.text.trim()).toBe('one');
	expect(lastBody().stop).toEqual(['two']);
});

describe('tools', () => {
	test.each([
		['of LangChain', add],
		[
			"in OpenAI's format",
			{ type: 'function', function: { name: 'math_addition', parameters: { type: 'object' } } },
		],
	])('%s are called, streamed or not', async (_, bound) => {
		const withTools = model.bindTools([bound]);
		const call = { name: 'math_addition', args: { a: 1, b: 2 } };
		expect((await withTools.invoke(callAdd)).tool_calls).toMatchObject([call]);
		const { whole } = await readStream(await withTools.stream(callAdd));
		expect(whole?.tool_calls).toMatchObject([call]);
	});

	test('several are called at once', async () => {
		const { tool_calls: calls } = await model.bindTools([add]).invoke(`${callAdd} ${callAdd}`);
		expect(calls).toHaveLength(2);
		expect(new Set(calls?.map(({ id }) => id)).size).toBe(2);
	});

	test.each([
		['any', 'required'],
		['auto', 'auto'],
		['math_addition', { type: 'function', function: { name: 'math_addition' } }],
	])('the choice %s is sent as %j', async (choice, sent) => {
		await model.bindTools([add], { tool_choice: choice }).invoke('1 + 2?');
		expect(lastBody().tool_choice).toEqual(sent);
	});

	test.each([
		['text', '3'],
		['a list of texts', [{ type: 'text', text: '3' }]],
	])('their results are sent as %s', async (_, content) => {
		const call = { id: 'call_1', name: 'math_addition', args: { a: 1, b: 2 } };
		await model
			.bindTools([add])
			.invoke([
				new HumanMessage('1 + 2?'),
				new AIMessage({ content: '', tool_calls: [call] }),
				new ToolMessage({ content: content as string, tool_call_id: 'call_1', name: call.name }),
			]);
		const messages = lastBody().messages as JsonObject[];
		expect(messages.at(-1)).toEqual({ role: 'tool', tool_call_id: 'call_1', content: '3' });
	});
});

test('structured output is a value, streamed or not', async () => {
	const structured = model.withStructuredOutput(z.object({ a: z.number(), b: z.number() }));
	const question = '1 + 2? [[call: extract {"a": 1, "b": 2}]]';
	expect(await structured.invoke(question)).toEqual({ a: 1, b: 2 });
	const values: unknown[] = [];
	for await (const value of await structured.stream(question)) values.push(value);
	expect(values.at(-1)).toEqual({ a: 1, b: 2 });
});

test.each([
	['an address', { type: 'image_url', image_url: { url: 'https://example.com/a.png' } }],
	['a data URL', { type: 'image_url', image_url: 'data:image/png;base64,iVBORw0KGgo=' }],
])('an image as %s reaches the service', async (_, image) => {
	const content = [{ type: 'text', text: 'What is it?' }, image] as never;
	expect((await model.invoke([new HumanMessage({ content })])).text).toContain('1 image');
});

test.each(['before', 'during'] as const)('a signal aborts the call %s it', async (moment) => {
	simulator.fault({ fault: { kind: 'stall', where: 'beforeHeaders' } });
	const stop = new AbortController();
	if (moment === 'before') stop.abort();
	const calling = model.invoke('Hello', { signal: stop.signal });
	void sleep(50).then(() => stop.abort());
	await expect(calling).rejects.toThrow(/abort|cancelled/i);
});
