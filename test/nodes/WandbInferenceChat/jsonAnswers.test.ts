import type { INodeParameters, JsonObject, NodeApiError, StructuredChunk } from 'n8n-workflow';
import { chatParameters, type NodeRun } from '../../../tools/engine/createExecuteContext';
import type { Fault } from '../../../tools/simulator/simulator';
import { runChatNode, say } from '../../support/chatNode';
import { useSimulator } from '../../support/useSimulator';

const simulator = useSimulator();

const schema = {
	type: 'object',
	properties: { a: { type: 'number' } },
	required: ['a'],
	additionalProperties: false,
};
const withSchema: INodeParameters = {
	responseFormat: 'json_schema',
	schemaType: 'manual',
	jsonSchema: JSON.stringify(schema),
};

async function run(parameters: INodeParameters, changes: Partial<NodeRun> = {}) {
	return await runChatNode({
		baseUrl: simulator.baseUrl,
		parameters: chatParameters({ ...withSchema, ...parameters }),
		onError: 'continueRegularOutput',
		...changes,
	});
}

/** The service answers with these texts, one for each choice, to each request. */
function answering(...texts: string[]): Fault {
	const choices = texts.map((content, index) => ({
		index,
		message: { role: 'assistant', content },
		finish_reason: 'stop',
	}));
	const usage = { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15 };
	return bodyWith({ choices, usage });
}

function bodyWith(fields: JsonObject): Fault {
	return {
		kind: 'body',
		contentType: 'application/json',
		body: JSON.stringify({ id: 'c', object: 'chat.completion', created: 0, model: 'm', ...fields }),
	};
}

test('an answer with text around the JSON costs no second request', async () => {
	simulator.fault({ fault: answering('Sure!\n```json\n{"a": 1}\n```') });
	const { items, hints } = await run({});
	expect(items[0]?.json).toMatchObject({ output: { a: 1 } });
	expect(simulator.requests).toHaveLength(1);
	expect(hints).toEqual([]);
});

test('an answer that ignores the schema once is corrected by the model', async () => {
	simulator.fault({ times: 1, fault: answering('{"b": 2}') });
	const { items, hints } = await run(say('Rate this'));
	const { output, usage, attempts } = items[0]?.json ?? {};
	expect(output).toEqual({ a: expect.any(Number) });
	expect(attempts).toBe(2);
	const { messages } = simulator.requests[1]?.body as { messages: JsonObject[] };
	expect(messages.map(({ role }) => role)).toEqual(['user', 'assistant', 'user']);
	expect(messages[1]).toEqual({ role: 'assistant', content: '{"b": 2}' });
	const correction = String(messages[2]?.content);
	for (const part of ['- a is missing', '- b is not allowed', JSON.stringify(schema)]) {
		expect(correction).toContain(part);
	}
	expect(usage).toMatchObject({ promptTokens: expect.any(Number) });
	expect((usage as JsonObject).promptTokens).toBeGreaterThan(10);
	expect(hints.map(({ message }) => message)).toEqual([
		"1 answer was not the requested JSON at first and was corrected by the model. 'usage' includes the extra requests.",
	]);
});

test('a correction gets the next free slot, before items that have not started', async () => {
	simulator.fault({ times: 1, fault: answering('{"b": 2}') });
	await run(
		{ ...say('=Rate {{ $json.row }}'), throughput: { mode: 'fixed', maxConcurrency: 1 } },
		{ items: [0, 1, 2].map((row) => ({ json: { row } })) },
	);
	const rows = simulator.requests.map(({ body }) => {
		const [first] = (body as { messages: JsonObject[] }).messages;
		return first?.content;
	});
	// The slot that the first answer left was already promised to the second item.
	expect(rows).toEqual(['Rate 0', 'Rate 1', 'Rate 0', 'Rate 2']);
});

test('the usage is the sum of all requests', async () => {
	simulator.fault({ times: 2, fault: answering('{"b": 2}') });
	simulator.fault({ times: 1, fault: answering('{"a": 1}') });
	const { items } = await run({ repairAttempts: 2 });
	expect(items[0]?.json).toMatchObject({
		output: { a: 1 },
		usage: { promptTokens: 30, completionTokens: 15, totalTokens: 45 },
		attempts: 3,
	});
});

test('an answer that never matches becomes an error with the text and the paths', async () => {
	simulator.fault({ fault: answering('{"a": "many"}') });
	const { items } = await run({});
	expect(items[0]?.json).toEqual({
		error: 'The answer does not match the schema: a must be number, not string',
		details: {
			kind: 'invalidOutput',
			advice: expect.stringContaining('The model ignored the schema'),
			attempts: 2,
			requestId: expect.any(String),
			output: '{"a": "many"}',
			problems: [{ path: 'a', message: 'must be number, not string' }],
			finishReason: 'stop',
			usage: { promptTokens: 20, completionTokens: 10, totalTokens: 30 },
		},
	});
	expect(simulator.requests).toHaveLength(2);
});

test('with Stop, the error shows the text that the model wrote', async () => {
	simulator.fault({ fault: answering('Not today.') });
	const error: NodeApiError = await run({}, { onError: undefined }).catch((reason) => reason);
	expect(error.message).toBe('The answer is not valid JSON');
	expect(error.context.data).toMatchObject({ output: 'Not today.', finishReason: 'stop' });
});

test.each([
	[0, 1],
	[3, 4],
])('with %i repair attempts, at most %i requests are sent', async (repairAttempts, count) => {
	simulator.fault({ fault: answering('no') });
	await run({ repairAttempts });
	expect(simulator.requests).toHaveLength(count);
});

test.each([-1, 4, 'many'])('%p repair attempts are refused before a request', async (count) => {
	const { items } = await run({ repairAttempts: count });
	expect(items[0]?.json.error).toMatch(/'Repair Attempts'/);
	expect(simulator.requests).toEqual([]);
});

test('the model that corrects an answer is the one that wrote it', async () => {
	simulator.fault({
		when: { model: 'openai/gpt-oss-20b' },
		fault: { kind: 'status', status: 404 },
	});
	simulator.fault({ times: 1, fault: answering('no') });
	const { items } = await run({ options: { fallbackModels: ['openai/gpt-oss-120b'] } });
	expect(items[0]?.json).toMatchObject({ output: { a: expect.any(Number) }, attempts: 3 });
	const models = simulator.requests.map(({ body }) => (body as JsonObject).model);
	expect(models.slice(1)).toEqual(['openai/gpt-oss-120b', 'openai/gpt-oss-120b']);
});

test('if the correction fails, the error still contains the first answer', async () => {
	simulator.fault({ times: 1, fault: answering('My answer is 1.') });
	simulator.fault({ fault: { kind: 'status', status: 402 } });
	const { items } = await run({});
	expect(items[0]?.json.details).toMatchObject({
		kind: 'quota',
		attempts: 2,
		output: 'My answer is 1.',
		usage: { totalTokens: 15 },
	});
});

describe('with several choices', () => {
	test('a bad one is null beside the good ones, and a hint says so', async () => {
		simulator.fault({ fault: answering('{"a": 1}', 'oops', '{"a": 3}') });
		const { items, hints } = await run({ options: { n: 3, stream: false } });
		expect(items[0]?.json.output).toEqual([{ a: 1 }, null, { a: 3 }]);
		expect(simulator.requests).toHaveLength(1);
		expect(hints[0]?.message).toBe(
			"1 answer was not the requested JSON and is null in 'output', beside other choices that are valid.",
		);
	});

	test('all bad ones are corrected together', async () => {
		simulator.fault({ times: 1, fault: answering('no', 'nope') });
		const { items } = await run({ options: { n: 2 } });
		expect(items[0]?.json.output).toEqual([{ a: expect.any(Number) }, { a: expect.any(Number) }]);
	});

	test('if none is good, the error contains all texts', async () => {
		simulator.fault({ fault: answering('no', 'nope') });
		const { items } = await run({ options: { n: 2 } });
		expect(items[0]?.json.details).toMatchObject({ output: ['no', 'nope'] });
	});
});

test('a refusal is an error of its own and is not repaired', async () => {
	const message = { role: 'assistant', content: null, refusal: 'I cannot help with that.' };
	simulator.fault({ fault: bodyWith({ choices: [{ index: 0, message, finish_reason: 'stop' }] }) });
	const { items } = await run({});
	expect(items[0]?.json).toMatchObject({
		error: 'The model refused to answer: I cannot help with that.',
		details: { kind: 'refusal', output: 'I cannot help with that.' },
	});
	expect(simulator.requests).toHaveLength(1);
});

test("the service's content filter is an error of its own and is not repaired", async () => {
	const message = { role: 'assistant', content: '' };
	const choices = [{ index: 0, message, finish_reason: 'content_filter' }];
	simulator.fault({ fault: bodyWith({ choices }) });
	const { items } = await run({});
	expect(items[0]?.json).toMatchObject({
		error: "The service's content filter stopped the answer",
		details: { kind: 'contentFilter', finishReason: 'content_filter' },
	});
	expect(simulator.requests).toHaveLength(1);
});

test('an answer that was cut off is not repaired, because it would be cut off again', async () => {
	const message = { role: 'assistant', content: '{"a": 12' };
	simulator.fault({
		fault: bodyWith({ choices: [{ index: 0, message, finish_reason: 'length' }] }),
	});
	const { items } = await run({});
	expect(items[0]?.json.details).toMatchObject({
		kind: 'invalidOutput',
		output: '{"a": 12',
		finishReason: 'length',
		advice: expect.stringContaining("Increase 'Max Tokens'"),
	});
	expect(simulator.requests).toHaveLength(1);
});

test('a model that calls a tool has not answered yet', async () => {
	const tools = { values: [{ name: 'look_up', parameters: '{"type": "object"}' }] };
	const { items } = await run({ ...say('[[call: look_up {}]]'), tools });
	expect(items[0]?.json).toMatchObject({ toolCalls: [{ name: 'look_up' }] });
	expect(simulator.requests).toHaveLength(1);
});

test('with Simplify off, the answer is returned as it is', async () => {
	simulator.fault({ fault: answering('Not JSON') });
	const { items } = await run({ simplify: false });
	expect(items[0]?.json).toMatchObject({ choices: [{ message: { content: 'Not JSON' } }] });
	expect(simulator.requests).toHaveLength(1);
});

test('a response format in Extra Body counts as if it were set by the field', async () => {
	const extraBody = JSON.stringify({
		response_format: { type: 'json_schema', json_schema: { name: 'answer', schema } },
	});
	simulator.fault({ times: 1, fault: answering('{"b": 1}') });
	const { items } = await run({ responseFormat: 'text', options: { extraBody } });
	expect(items[0]?.json).toMatchObject({ output: { a: expect.any(Number) }, attempts: 2 });
});

describe('in a chat', () => {
	async function shownBy(parameters: INodeParameters): Promise<string[]> {
		const chunks: StructuredChunk[] = [];
		await run(parameters, { onChunk: (chunk) => chunks.push(chunk) });
		return chunks.map(({ type, content }) =>
			type === 'begin' || type === 'end' ? type : `${type}: ${content}`,
		);
	}

	test('JSON is shown once, when it is valid', async () => {
		simulator.fault({ times: 1, fault: answering('{"b": 2}') });
		simulator.fault({ times: 1, fault: answering('{"a": 1}') });
		expect(await shownBy({})).toEqual(['begin', 'item: {\n  "a": 1\n}', 'end']);
	});

	test('an answer that stays invalid shows only the error', async () => {
		simulator.fault({ fault: answering('nope') });
		expect(await shownBy({})).toEqual(['begin', 'error: The answer is not valid JSON']);
	});

	test('a refusal is shown', async () => {
		const message = { role: 'assistant', content: null, refusal: 'I cannot.' };
		const choices = [{ index: 0, message, finish_reason: 'stop' }];
		simulator.fault({ fault: bodyWith({ choices }) });
		expect(await shownBy({ responseFormat: 'text' })).toEqual(['begin', 'item: I cannot.', 'end']);
	});

	test('nothing is shown without Show in Chat, not even an error', async () => {
		expect(await shownBy({ responseFormat: 'text', options: { showInChat: false } })).toEqual([]);
		simulator.fault({ fault: { kind: 'status', status: 401 } });
		expect(await shownBy({ options: { showInChat: false } })).toEqual([]);
	});
});
