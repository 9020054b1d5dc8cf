import type OpenAI from 'openai';
import { openaiClient } from '../support/openaiClient';
import { startStrictSimulator, useSimulator } from '../support/useSimulator';

type ChatBody = OpenAI.ChatCompletionCreateParamsNonStreaming;

const quietModel = 'deepseek-ai/DeepSeek-V4-Flash';
const thinkingModel = 'openai/gpt-oss-20b';
const weatherTool: OpenAI.ChatCompletionTool = {
	type: 'function',
	function: {
		name: 'get_weather',
		parameters: {
			type: 'object',
			properties: { city: { type: 'string' }, days: { type: 'integer', minimum: 1, maximum: 7 } },
			required: ['city', 'days'],
		},
	},
};

const simulator = useSimulator();
let client: OpenAI;

beforeAll(() => {
	client = openaiClient(simulator);
});

function ask(text: string, fields: Partial<ChatBody> = {}): ChatBody {
	return { model: quietModel, messages: [{ role: 'user', content: text }], ...fields };
}

/** Streams a completion. Returns the one assembled by the client, and the chunks. */
async function stream(body: ChatBody) {
	const chunks: OpenAI.ChatCompletionChunk[] = [];
	const completionStream = client.chat.completions.stream({
		...body,
		stream: true,
		stream_options: { include_usage: true },
	});
	completionStream.on('chunk', (chunk) => chunks.push(chunk));
	return { completion: await completionStream.finalChatCompletion(), chunks };
}

test('lists the models in the documented format', async () => {
	const models = await client.models.list();
	expect(models.data).toHaveLength(11);
	expect(models.data[0]).toEqual({
		id: 'openai/gpt-oss-20b',
		object: 'model',
		created: 0,
		owned_by: 'system',
		root: 'openai/gpt-oss-20b',
	});
});

test('gives the same answer to the same request, even in another simulator', async () => {
	const other = await startStrictSimulator();
	const otherSeed = await startStrictSimulator({ seed: 2 });
	const body = ask('Write about tomato soup.');
	const answers = await Promise.all(
		[client, client, openaiClient(other), openaiClient(otherSeed)].map(
			async (each) => (await each.chat.completions.create(body)).choices,
		),
	);
	await Promise.all([other.close(), otherSeed.close()]);
	expect(answers[1]).toEqual(answers[0]);
	expect(answers[2]).toEqual(answers[0]);
	expect(answers[3]).not.toEqual(answers[0]);
});

test("changes the answer with the request's seed", async () => {
	const [first, second] = await Promise.all(
		[1, 2].map(async (seed) => await client.chat.completions.create(ask('Soup?', { seed }))),
	);
	expect(first?.choices).not.toEqual(second?.choices);
});

test.each([
	['text', ask('Tell me about harbor cranes.')],
	['reasoning', ask('Tell me about harbor cranes.', { model: thinkingModel })],
	['several choices', ask('Tell me about harbor cranes.', { n: 3 })],
	['log probabilities', ask('[[tokens: 9]]', { logprobs: true, top_logprobs: 3 })],
	['a truncated answer', ask('[[tokens: 50]]', { max_tokens: 7 })],
	[
		'parallel tool calls',
		ask('[[call: get_weather {"city":"Oslo"}]] [[call: get_weather {"city":"Rome"}]]', {
			tools: [weatherTool],
		}),
	],
])('returns the same completion streamed or not: %s', async (_name, body) => {
	const unstreamed = await client.chat.completions.create(body);
	const { completion } = await stream(body);
	const summarize = (choice: OpenAI.ChatCompletion.Choice) => ({
		content: choice.message.content,
		toolCalls: choice.message.tool_calls?.map((call) => [
			call.id,
			'function' in call && call.function.arguments,
		]),
		logprobs: choice.logprobs?.content,
		finishReason: choice.finish_reason,
		index: choice.index,
	});
	expect(completion.choices.map(summarize)).toEqual(unstreamed.choices.map(summarize));
	expect(completion.usage?.completion_tokens).toBe(unstreamed.usage?.completion_tokens);
});

test('interleaves the choices of a stream and ends with the usage', async () => {
	const { chunks } = await stream(ask('[[tokens: 4]]', { n: 2 }));
	expect(chunks.slice(0, 4).map((chunk) => chunk.choices[0]?.index)).toEqual([0, 1, 0, 1]);
	expect(chunks.at(-1)?.choices).toEqual([]);
	expect(chunks.at(-1)?.usage?.completion_tokens).toBe(8);
});

test('ends a stream with [DONE] and sends usage only on request', async () => {
	const response = await fetch(`${simulator.baseUrl}/chat/completions/`, {
		method: 'POST',
		headers: { authorization: 'Bearer simulator-key' },
		body: JSON.stringify({ ...ask('[[answer: Hello there]]'), stream: true }),
	});
	const text = await response.text();
	expect(response.headers.get('content-type')).toMatch(/^text\/event-stream/);
	expect(text.endsWith('data: [DONE]\n\n')).toBe(true);
	expect(text).not.toContain('"usage"');
});

test('sends a unique request ID with each response', async () => {
	const ids = await Promise.all(
		[1, 2].map(async () => (await client.chat.completions.create(ask('Hi')))._request_id),
	);
	expect(ids[0]).toMatch(/\S{8,}/);
	expect(ids[0]).not.toBe(ids[1]);
});

test('truncates the answer at a stop sequence and at the token limit', async () => {
	const text = '[[answer: one two STOP three]]';
	const stopped = await client.chat.completions.create(ask(text, { stop: ['STOP', 'none'] }));
	expect(stopped.choices[0]).toMatchObject({
		message: { content: 'one two ' },
		finish_reason: 'stop',
	});
	const truncated = await client.chat.completions.create(ask(text, { max_tokens: 2 }));
	expect(truncated.choices[0]).toMatchObject({
		message: { content: 'one two' },
		finish_reason: 'length',
	});
	expect(truncated.usage?.completion_tokens).toBe(2);
});

test('returns reasoning separately, in think tags, or not at all', async () => {
	const messages = async (body: object) =>
		(await client.chat.completions.create(body as ChatBody)).choices[0]?.message;
	const text = '[[reason: Let me see.]] [[answer: 42]]';
	expect(await messages(ask(text, { model: thinkingModel }))).toMatchObject({
		reasoning: 'Let me see.',
		content: '42',
	});
	expect(await messages(ask(`${text} [[think-tags]]`, { model: thinkingModel }))).toMatchObject({
		reasoning: null,
		content: '<think>\nLet me see.\n</think>\n\n42',
	});
	const withSwitch = (model: string, thinking: boolean) => ({
		...ask('What is it?', { model }),
		chat_template_kwargs: { enable_thinking: thinking },
	});
	expect(await messages(withSwitch('zai-org/GLM-5.1', false))).toHaveProperty('reasoning', null);
	expect(await messages(withSwitch(thinkingModel, false))).not.toHaveProperty('reasoning', null);
	expect(await messages(withSwitch(quietModel, true))).not.toHaveProperty('reasoning', null);
	expect(await messages(ask('What is it?'))).toHaveProperty('reasoning', null);
});

test('counts reasoning as completion tokens and against the token limit', async () => {
	const effort = async (reasoning_effort: 'low' | 'high') =>
		(await client.chat.completions.create(ask('Why?', { model: thinkingModel, reasoning_effort })))
			.usage?.completion_tokens_details?.reasoning_tokens ?? 0;
	expect(await effort('high')).toBeGreaterThan(await effort('low'));
	const usedUp = await client.chat.completions.create(
		ask('Why?', { model: thinkingModel, max_tokens: 5 }),
	);
	expect(usedUp.choices[0]).toMatchObject({ message: { content: '' }, finish_reason: 'length' });
	expect(usedUp.usage?.completion_tokens).toBe(5);
	const empty = await client.chat.completions.create(ask('[[empty]]'));
	expect(empty.choices[0]).toMatchObject({ message: { content: '' }, finish_reason: 'length' });
});

test('calls a tool that the text mentions, then quotes its result', async () => {
	const body = ask('How is the weather in Paris?', { tools: [weatherTool] });
	const { completion } = await stream(body);
	const message = completion.choices[0]?.message;
	const call = message?.tool_calls?.[0];
	if (message === undefined || call?.type !== 'function') throw new Error('There is no tool call.');
	expect(completion.choices[0]?.finish_reason).toBe('tool_calls');
	expect(JSON.parse(call.function.arguments)).toEqual({ city: 'Paris', days: expect.any(Number) });
	const reply = await client.chat.completions.create({
		...body,
		messages: [
			...body.messages,
			{ role: 'assistant', tool_calls: [call] },
			{ role: 'tool', tool_call_id: call.id, content: '18 degrees and cloudy' },
		],
	});
	expect(reply.choices[0]?.message.content).toContain('18 degrees and cloudy');
	expect(reply.choices[0]?.finish_reason).toBe('stop');
});

test('follows tool_choice and parallel_tool_calls', async () => {
	const countCalls = async (fields: Partial<ChatBody>, text = 'Hello') => {
		const completion = await client.chat.completions.create(
			ask(text, { tools: [weatherTool], ...fields }),
		);
		return completion.choices[0]?.message.tool_calls?.length ?? 0;
	};
	expect(await countCalls({})).toBe(0);
	expect(await countCalls({ tool_choice: 'required' })).toBe(1);
	expect(await countCalls({ tool_choice: 'none' }, 'get_weather please')).toBe(0);
	const named = { type: 'function', function: { name: 'get_weather' } } as const;
	expect(await countCalls({ tool_choice: named })).toBe(1);
	const two = '[[call: get_weather {"city":"Oslo"}]] [[call: get_weather]]';
	expect(await countCalls({}, two)).toBe(2);
	expect(await countCalls({ parallel_tool_calls: false }, two)).toBe(1);
});

test('returns a function call for legacy functions', async () => {
	const functions = [weatherTool.type === 'function' ? weatherTool.function : { name: '' }];
	const body = ask('Hello', { functions, function_call: { name: 'get_weather' } });
	const unstreamed = await client.chat.completions.create(body);
	expect(unstreamed.choices[0]?.finish_reason).toBe('function_call');
	expect(unstreamed.choices[0]?.message.function_call?.name).toBe('get_weather');
	const { completion } = await stream(body);
	expect(completion.choices[0]?.message.function_call).toEqual(
		unstreamed.choices[0]?.message.function_call,
	);
});

test('mentions the number of images', async () => {
	const url = 'https://example.com/cat.png';
	const completion = await client.chat.completions.create({
		model: quietModel,
		messages: [
			{
				role: 'user',
				content: [
					{ type: 'text', text: 'What is this?' },
					{ type: 'image_url', image_url: { url } },
					{ type: 'image_url', image_url: { url } },
				],
			},
		],
	});
	expect(completion.choices[0]?.message.content).toContain('2 images');
});

test('reports cached tokens for leading messages seen before with the same salt', async () => {
	const system = {
		role: 'system',
		content: 'You sort the mail of a harbor office. '.repeat(20),
	} as const;
	const cached = async (text: string, cache_salt: string) => {
		const body = { ...ask(''), messages: [system, { role: 'user', content: text }], cache_salt };
		const completion = await client.chat.completions.create(body as ChatBody);
		return completion.usage?.prompt_tokens_details?.cached_tokens ?? -1;
	};
	expect(await cached('First', 'one')).toBe(0);
	const second = await cached('Second', 'one');
	expect(second).toBeGreaterThan(100);
	expect(second % 16).toBe(0);
	expect(await cached('Third', 'two')).toBe(0);
});

test('sends the head of a stream when it takes the request, or late if asked to', async () => {
	for (const lateHeads of [false, true]) {
		const slow = await startStrictSimulator({ timeToFirstTokenMs: 300, lateHeads });
		const startMs = performance.now();
		const chunks = await openaiClient(slow).chat.completions.create({
			...ask('Soup?'),
			stream: true,
		});
		const headMs = performance.now() - startMs;
		await chunks[Symbol.asyncIterator]().next();
		const waitedMs = performance.now() - startMs - headMs;
		if (lateHeads) expect(headMs).toBeGreaterThan(290);
		else expect(waitedMs).toBeGreaterThan(100);
		await slow.close();
	}
});
