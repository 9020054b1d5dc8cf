/* eslint-disable @n8n/community-nodes/no-restricted-imports -- not shipped: runs outside n8n */
import { ChatMessage, HumanMessage } from '@langchain/core/messages';
import type { JsonObject } from 'n8n-workflow';
import { z } from 'zod';
import { patchAdapter } from '../../../nodes/LmChatWandbInference/patchAdapter';
import { readStream, supplyAgentModel, type AgentModel } from '../../support/agentModel';
import { useSimulator } from '../../support/useSimulator';

const simulator = useSimulator();

const ask = (text: string) => [new HumanMessage(text)];

async function model(options = {}): Promise<AgentModel> {
	return (await supplyAgentModel({ baseUrl: simulator.baseUrl, options })).model;
}

const lastBody = () => simulator.requests.at(-1)?.body as JsonObject;

describe('the content of an answer', () => {
	test('is a string if it is only text, in invoke, batch, and stream', async () => {
		const llm = await model();
		const question = ask('[[answer: Hello there]]');
		expect((await llm.invoke(question)).content).toBe('Hello there');
		expect((await llm.batch([question, question])).map(({ content }) => content)).toEqual([
			'Hello there',
			'Hello there',
		]);
		const { whole } = await readStream(await llm.stream(question));
		expect(whole?.content).toBe('Hello there');
	});

	test('is an empty string if there is none', async () => {
		expect((await (await model({ maxTokens: 5 })).invoke(ask('[[empty]]'))).content).toBe('');
	});
});

describe('structured output', () => {
	const schema = z.object({ city: z.string() });
	const jsonSchema = {
		name: 'place',
		description: 'A place',
		type: 'object',
		properties: { city: { type: 'string' } },
		required: ['city'],
	};
	const question = (name: string) => ask(`Where? [[call: ${name} {"city": "Oslo"}]]`);

	test.each([
		['extract', schema, {}],
		['place', jsonSchema, {}],
		['spot', schema, { name: 'spot' }],
	])('calls the function %s', async (name, given, config) => {
		const structured = (await model()).withStructuredOutput(given, config);
		expect(await structured.invoke(question(name))).toEqual({ city: 'Oslo' });
		expect(lastBody().tool_choice).toEqual({ type: 'function', function: { name } });
	});

	test('streams', async () => {
		const structured = (await model()).withStructuredOutput(schema);
		const values: unknown[] = [];
		for await (const value of await structured.stream(question('extract'))) values.push(value);
		expect(values).toEqual([{ city: 'Oslo' }]);
	});

	test('can be returned beside the message', async () => {
		const structured = (await model()).withStructuredOutput(schema, { includeRaw: true });
		expect(await structured.invoke(question('extract'))).toMatchObject({
			raw: { tool_calls: [{ name: 'extract' }] },
			parsed: { city: 'Oslo' },
		});
		simulator.fault({
			fault: {
				kind: 'body',
				contentType: 'application/json',
				body: JSON.stringify({ choices: [{ message: { content: 'no' }, finish_reason: 'stop' }] }),
			},
		});
		expect(await structured.invoke(ask('Where?'))).toMatchObject({ parsed: null });
		const strict = (await model()).withStructuredOutput(schema);
		await expect(strict.invoke(ask('Where?'))).rejects.toThrow(
			"did not call the function 'extract'",
		);
	});
});

test('token details survive streaming', async () => {
	const question = ask('[[answer: 42]] [[reason: six times seven]]');
	const llm = await model();
	const { usage_metadata: whole } = await llm.invoke(question);
	const { whole: streamed } = await readStream(await llm.stream(question));
	expect(streamed?.usage_metadata).toMatchObject({
		output_token_details: (whole as JsonObject).output_token_details,
	});
	expect(
		(whole as { output_token_details: JsonObject }).output_token_details.reasoning,
	).toBeGreaterThan(0);
});

test('tokens of a text are estimated from its length, without a download', async () => {
	const llm = await model();
	expect(await llm.getNumTokens('twelve bytes')).toBe(3);
	expect(await llm.getNumTokens('東京の天気')).toBe(4);
	const image = { type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA' } };
	expect(await llm.getNumTokens([{ type: 'text', text: 'four' }, image])).toBe(1);
});

test('the role of a generic message is kept', async () => {
	await (await model()).invoke([new ChatMessage('Be brief', 'developer'), ...ask('Hi')]);
	expect(lastBody().messages).toEqual([
		{ role: 'developer', content: 'Be brief' },
		{ role: 'user', content: 'Hi' },
	]);
});

describe("if n8n's adapter is another one", () => {
	const message = () => ({ content: [{ type: 'text', text: 'Hi' }], tool_calls: [] });
	const whole = () => ({
		_generate: async (messages: unknown[]) => ({ messages, generations: [{ message: message() }] }),
		async *_streamResponseChunks(messages: unknown[]) {
			yield { messages, message: message() };
		},
		bindTools: (tools: unknown[]) => ({ tools }),
		withStructuredOutput: (schema: unknown) => ({ schema }),
		withConfig: (config: object) => config,
		getNumTokens: async (text: string) => text.length,
		callbacks: [{ options: { tokensUsageParser: (output: unknown) => output } }],
	});
	type Adapter = Partial<ReturnType<typeof whole>> & Record<string, unknown>;
	const parts = Object.keys(whole()) as Array<keyof ReturnType<typeof whole>>;

	test.each(parts)('without %s, it stays absent and the rest works', async (part) => {
		const adapter: Adapter = whole();
		delete adapter[part];
		const patched = patchAdapter(adapter) as Adapter;
		expect(patched[part]).toBeUndefined();
		const output = await patched._generate?.([{ content: 'x' }]);
		if (part !== '_generate')
			expect(output?.generations).toMatchObject([{ message: { content: 'Hi' } }]);
		if (part !== 'bindTools') expect(patched.bindTools?.([1])).toEqual({ tools: [1] });
	});

	test.each([
		['a manager of callbacks', { callbacks: { handlers: whole().callbacks } }],
		['no list of callbacks', { callbacks: 5 }],
		[
			'callbacks that cannot change',
			{
				callbacks: [
					Object.freeze({ options: Object.freeze({ tokensUsageParser: () => 0 }) }),
					null,
				],
			},
		],
		['an output without generations', { _generate: async () => ({ text: 'Hi' }) }],
		['an output without a message', { _generate: async () => ({ generations: [{}] }) }],
	])('%s does no harm', async (_, change) => {
		const patched = patchAdapter({ ...whole(), ...change }) as Adapter;
		await expect(patched._generate?.([{ content: 'x' }])).resolves.toBeDefined();
	});

	test('one that cannot be changed works as it is', async () => {
		const adapter = Object.freeze(whole());
		expect(patchAdapter(adapter)).toBe(adapter);
		await expect(adapter._generate([])).resolves.toBeDefined();
	});

	test('a message that cannot be prepared is passed on as it is', async () => {
		const odd = [{ content: [null] }, { content: undefined }, {}];
		const patched = patchAdapter(whole()) as ReturnType<typeof whole>;
		const { messages } = await patched._generate(odd);
		expect(messages).toHaveLength(3);
		for await (const chunk of patched._streamResponseChunks(odd))
			expect(chunk.messages).toHaveLength(3);
	});
});
