/* eslint-disable @n8n/community-nodes/no-restricted-imports -- not shipped: runs outside n8n */
import { AIMessage, HumanMessage, SystemMessage, ToolMessage } from '@langchain/core/messages';
import type { JsonObject } from 'n8n-workflow';
import { LmChatWandbInference } from '../../../nodes/LmChatWandbInference/LmChatWandbInference.node';
import { createSupplyContext } from '../../../tools/engine/createSupplyContext';
import { readStream, supplyAgentModel, type AgentModel } from '../../support/agentModel';
import { useSimulator, startStrictSimulator } from '../../support/useSimulator';

const simulator = useSimulator();

const ask = (text: string) => [new HumanMessage(text)];
const lastMessages = () => (simulator.requests.at(-1)?.body as JsonObject).messages;

/** Asks the same question for a whole answer and for a streamed one. */
async function answersTo(text: string, options = {}) {
	const { model, logged } = await supplyAgentModel({ baseUrl: simulator.baseUrl, options });
	const whole = await model.invoke(ask(text));
	const streamed = await readStream(await model.stream(ask(text)));
	return { whole, streamed, logged };
}

describe('the answer of the chat model', () => {
	test('is the same whether streamed or not', async () => {
		const { whole, streamed } = await answersTo('Greet me [[answer: Hello, how are you?]]');
		expect(whole.text).toBe('Hello, how are you?');
		expect(streamed.whole?.text).toBe('Hello, how are you?');
		expect(streamed.texts.join('')).toBe('Hello, how are you?');
		expect(whole.response_metadata.provider).toBe('wandb-inference');
	});

	test('arrives in chunks while the service still generates', async () => {
		const slow = await startStrictSimulator({ tokensPerSecond: 200 });
		try {
			const { model } = await supplyAgentModel({ baseUrl: slow.baseUrl });
			const stream = await model.stream(ask('[[tokens: 30]] [[reason: short]]'));
			const inFlightAtFirstText: number[] = [];
			for await (const { text } of stream) {
				if (text !== '') inFlightAtFirstText.push(slow.statistics.inFlight);
			}
			expect(inFlightAtFirstText.length).toBeGreaterThan(5);
			expect(inFlightAtFirstText[0]).toBe(1);
		} finally {
			await slow.close();
		}
	});

	test.each([
		['in its own field', ''],
		['in think tags', '[[think-tags]]'],
	])('contains no reasoning that arrives %s', async (_, directive) => {
		const { whole, streamed } = await answersTo(
			`What is it? [[answer: 42]] [[reason: six times seven]] ${directive}`,
		);
		expect([whole.text, streamed.whole?.text]).toEqual(['42', '42']);
		expect(JSON.stringify([whole, streamed])).not.toContain('six times seven');
	});

	test('can be empty', async () => {
		const { whole, streamed } = await answersTo('[[empty]]', { maxTokens: 5 });
		expect([whole.text, streamed.whole?.text]).toEqual(['', '']);
		expect(whole.response_metadata.finish_reason).toBe('length');
		expect(streamed.whole?.response_metadata.finish_reason).toBe('length');
	});

	test('arrives in one chunk if Stream is off, even in a chat that streams', async () => {
		const { whole, streamed } = await answersTo('[[answer: all at once]]', { stream: false });
		expect(whole.text).toBe('all at once');
		expect(streamed.texts).toEqual(['all at once']);
		expect(simulator.requests.map(({ body }) => (body as JsonObject).stream)).toEqual([
			false,
			false,
		]);
	});

	test('logs the real token counts, whether streamed or not', async () => {
		const { whole, streamed, logged } = await answersTo('[[answer: Hello there]]');
		const counts = {
			promptTokens: expect.any(Number),
			completionTokens: expect.any(Number),
			totalTokens: expect.any(Number),
		};
		expect(logged()).toMatchObject([{ tokenUsage: counts }, { tokenUsage: counts }]);
		const [first, second] = logged();
		expect(second?.tokenUsage).toEqual(first?.tokenUsage);
		expect(first?.tokenUsageEstimate).toBeUndefined();
		expect(whole.usage_metadata).toMatchObject({
			input_tokens: first?.tokenUsage?.promptTokens,
			output_tokens: first?.tokenUsage?.completionTokens,
			output_token_details: { reasoning: expect.any(Number) },
		});
		expect(streamed.whole?.usage_metadata).toMatchObject({
			total_tokens: first?.tokenUsage?.totalTokens,
		});
	});

	test('comes from a model that n8n recognizes as a chat model', async () => {
		const { model } = await supplyAgentModel({ baseUrl: simulator.baseUrl });
		expect(model.lc_namespace).toContain('chat_models');
	});
});

describe('the conversation that the chat model sends', () => {
	async function sentFor(messages: unknown[]): Promise<unknown> {
		const { model } = await supplyAgentModel({ baseUrl: simulator.baseUrl });
		await model.invoke(messages);
		return lastMessages();
	}

	test('keeps every kind of message', async () => {
		const call = { id: 'call_1', name: 'weather', args: { city: 'Paris' } };
		expect(
			await sentFor([
				new SystemMessage('Be brief'),
				new HumanMessage('Weather?'),
				new AIMessage({ content: 'Let me look', tool_calls: [call] }),
				new ToolMessage({ content: 'sunny', tool_call_id: 'call_1', name: 'weather' }),
				new AIMessage('Sunny.'),
				new HumanMessage({ content: [{ type: 'text', text: 'Thanks' }] }),
			]),
		).toEqual([
			{ role: 'system', content: 'Be brief' },
			{ role: 'user', content: 'Weather?' },
			{
				role: 'assistant',
				content: 'Let me look',
				tool_calls: [
					{
						id: 'call_1',
						type: 'function',
						function: { name: 'weather', arguments: '{"city":"Paris"}' },
					},
				],
			},
			{ role: 'tool', tool_call_id: 'call_1', content: 'sunny' },
			{ role: 'assistant', content: 'Sunny.' },
			{ role: 'user', content: 'Thanks' },
		]);
	});

	test('keeps a tool result that consists of several parts', async () => {
		const call = { id: 'call_1', name: 'weather', args: {} };
		const parts = ['sunny', 'warm'].map((text) => ({ type: 'text' as const, text }));
		const sent = await sentFor([
			new HumanMessage('Weather?'),
			new AIMessage({ content: '', tool_calls: [call] }),
			new ToolMessage({ content: parts, tool_call_id: 'call_1' }),
		]);
		expect(sent).toMatchObject([
			{ role: 'user' },
			{ role: 'assistant', content: null },
			{ role: 'tool', tool_call_id: 'call_1', content: 'sunny\nwarm' },
		]);
	});

	test('leaves out the reasoning of earlier rounds', async () => {
		const reasoning = [
			{ type: 'reasoning', reasoning: 'secret' },
			{ type: 'thinking', thinking: 'secret' },
			{ type: 'text', text: 'Four.' },
		];
		expect(
			await sentFor([
				new HumanMessage('2 + 2?'),
				new AIMessage({ content: reasoning, additional_kwargs: { reasoning_content: 'secret' } }),
				new HumanMessage('Sure?'),
			]),
		).toEqual([
			{ role: 'user', content: '2 + 2?' },
			{ role: 'assistant', content: 'Four.' },
			{ role: 'user', content: 'Sure?' },
		]);
	});

	const pixel = 'data:image/png;base64,iVBORw0KGgo=';

	test.each([
		["n8n's agent and chain", { type: 'image_url', image_url: { url: pixel } }],
		['LangChain, short', { type: 'image_url', image_url: pixel }],
		['LangChain 1', { type: 'image', mimeType: 'image/png', data: 'iVBORw0KGgo=' }],
		[
			'LangChain 0.3',
			{ type: 'image', source_type: 'base64', mime_type: 'image/png', data: 'iVBORw0KGgo=' },
		],
	])('contains an image in the format of %s', async (_, block) => {
		const content = [{ type: 'text', text: 'What is it?' }, block] as never;
		expect(await sentFor([new HumanMessage({ content })])).toEqual([
			{
				role: 'user',
				content: [
					{ type: 'text', text: 'What is it?' },
					{ type: 'image_url', image_url: { url: pixel } },
				],
			},
		]);
	});

	test('contains the address and detail of an image unchanged', async () => {
		const image = {
			type: 'image_url',
			image_url: { url: 'https://example.com/a.png', detail: 'low' },
		};
		const url = 'https://example.com/b.png';
		const byUrl = { type: 'image', url };
		const older = { type: 'image', source_type: 'url', url };
		const sent = { type: 'image_url', image_url: { url } };
		expect(await sentFor([new HumanMessage({ content: [image, byUrl, older] as never })])).toEqual([
			{ role: 'user', content: [image, sent, sent] },
		]);
	});

	const pdfAddress = 'https://example.com/a.pdf';

	test.each([
		[
			'its content',
			{ source_type: 'base64', data: 'JVBERg==' },
			'data:application/pdf;base64,JVBERg==',
		],
		['its address', { source_type: 'url', url: pdfAddress }, pdfAddress],
	])('contains a PDF by %s as a file', async (_, source, fileData) => {
		simulator.fault({
			fault: {
				kind: 'body',
				contentType: 'application/json',
				body: '{"choices":[{"index":0,"message":{"role":"assistant","content":"ok"}}]}',
			},
		});
		const pdf = {
			type: 'file',
			mime_type: 'application/pdf',
			metadata: { filename: 'a.pdf' },
			...source,
		};
		expect(await sentFor([new HumanMessage({ content: [pdf] as never })])).toEqual([
			{
				role: 'user',
				content: [{ type: 'file', file: { filename: 'a.pdf', file_data: fileData } }],
			},
		]);
	});
});

test("n8n's own telemetry and tracing get the tokens of all calls", async () => {
	const context = createSupplyContext({ baseUrl: simulator.baseUrl });
	const { response } = await new LmChatWandbInference().supplyData.call(context, 0);
	const model = response as AgentModel;
	await model.invoke(ask('[[answer: Hi]]'));
	const once = context.getExecuteData().metadata?.tokenUsage?.inputTokens ?? 0;
	await model.invoke(ask('[[answer: Hi]]'));
	expect(once).toBeGreaterThan(0);
	expect(context.getExecuteData().metadata).toMatchObject({
		tokenUsage: { inputTokens: 2 * once },
		tracing: { 'gen_ai.usage.input_tokens': 2 * once },
	});
});
