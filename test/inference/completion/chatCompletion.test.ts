import type { JsonObject } from 'n8n-workflow';
import { failureOf, readJson } from '../../support/cannedResponse';

const hi = { role: 'assistant', content: 'Hi' };
const choiceOf = async (choice: JsonObject) => (await readJson({ choices: [choice] })).choices[0];
const messageOf = async (message: JsonObject) =>
	(await choiceOf({ index: 0, message: { role: 'assistant', ...message } }))?.message;

describe('a completion', () => {
	test.each<[string, unknown]>([
		['choices that are an object', { choices: { 0: { message: hi } } }],
		['a list instead of a completion', [{ choices: [{ message: hi }] }]],
		['a list instead of a choice', { choices: [[hi]] }],
		['one of two choices without a message', { choices: [{ message: hi }, { index: 1 }] }],
		['a message that is text', { choices: [{ message: 'Hi' }] }],
		['content that is a number', { choices: [{ message: { content: 5 } }] }],
		['content that is a list', { choices: [{ message: { content: [] } }] }],
		['reasoning that is an object', { choices: [{ message: { ...hi, reasoning: {} } }] }],
		[
			'reasoning_content that is false',
			{ choices: [{ message: { ...hi, reasoning_content: false } }] },
		],
		['tool calls that are an object', { choices: [{ message: { tool_calls: {} } }] }],
		['a tool call that is null', { choices: [{ message: { tool_calls: [null] } }] }],
		['a tool call without a function', { choices: [{ message: { tool_calls: [{ id: 'a' }] } }] }],
		['a function that is text', { choices: [{ message: { tool_calls: [{ function: 'f' }] } }] }],
		[
			'one of two tool calls without a function',
			{ choices: [{ message: { tool_calls: [{ function: {} }, {}] } }] },
		],
		['a function call that is text', { choices: [{ message: { function_call: 'f' } }] }],
		['a function call that is a list', { choices: [{ message: { function_call: [] } }] }],
	])('is invalid: %s', async (_, body) => {
		expect(await failureOf(readJson(body))).toMatchObject({ kind: 'invalidAnswer' });
	});

	test('may contain null wherever a field may be absent', async () => {
		const nulls = { reasoning: null, reasoning_content: null, tool_calls: null };
		expect(await messageOf({ content: null, function_call: null, ...nulls })).toEqual({
			role: 'assistant',
			content: null,
			refusal: null,
		});
	});
});

describe('a normalized completion', () => {
	test('omits null and empty lists at every level', async () => {
		const empty = { nothing: null, none: [] };
		const kept = { text: '', zero: 0, off: false, list: [null], object: {} };
		const message = { role: 'assistant', content: 'Hi', ...empty, ...kept };
		const choice = { index: 2, finish_reason: 'stop', ...empty, ...kept, message };
		expect(await readJson({ ...empty, ...kept, choices: [choice] })).toStrictEqual({
			...kept,
			choices: [
				{
					...kept,
					index: 2,
					message: { ...kept, role: 'assistant', content: 'Hi', refusal: null },
					logprobs: null,
					finish_reason: 'stop',
				},
			],
		});
	});

	test('keeps log probabilities and a refusal', async () => {
		const logprobs = { content: [{ token: 'No' }] };
		const message = { role: 'assistant', content: null, refusal: 'No' };
		expect(await choiceOf({ index: 0, message, logprobs })).toMatchObject({ message, logprobs });
	});

	const [toolCall, functionCall] = [{ id: 'a', function: { name: 'f' } }, { name: 'f' }];

	test.each<[string, string | null, JsonObject]>([
		['null with tool calls', null, { tool_calls: [toolCall] }],
		['null with a function call', null, { function_call: functionCall }],
		['empty text without calls', '', { tool_calls: [], function_call: null }],
	])('represents empty text as %s', async (_, content, calls) => {
		expect(await messageOf({ content: '', ...calls })).toMatchObject({ content });
	});

	test('keeps text that comes with calls', async () => {
		expect(await messageOf({ content: 'Wait', tool_calls: [toolCall] })).toMatchObject({
			content: 'Wait',
		});
	});

	test.each<[string, JsonObject, { name: string; arguments: string }]>([
		['text', { name: 'f', arguments: '{"a": 1}' }, { name: 'f', arguments: '{"a": 1}' }],
		['a value', { name: 'f', arguments: { a: 1 } }, { name: 'f', arguments: '{"a":1}' }],
		['a number', { name: 'f', arguments: 5 }, { name: 'f', arguments: '5' }],
		['null', { name: 'f', arguments: null }, { name: 'f', arguments: '' }],
		['absent', { name: 'f' }, { name: 'f', arguments: '' }],
		['present without a name', { name: 5, arguments: '1' }, { name: '', arguments: '1' }],
	])('has arguments as text if they are %s', async (_, call, expected) => {
		const message = await messageOf({
			tool_calls: [{ id: 'a', type: 'function', extra: 1, function: call }],
			function_call: { ...call, extra: 2 },
		});
		expect(message?.tool_calls).toEqual([
			{ id: 'a', type: 'function', extra: 1, function: expected },
		]);
		expect(message?.function_call).toEqual({ ...expected, extra: 2 });
	});

	test('numbers choices and sets their role if the service does not', async () => {
		const body = { choices: [{ message: { content: 'Hi' } }, { message: { content: 'Ho' } }] };
		expect((await readJson(body)).choices).toMatchObject([
			{ index: 0, message: { role: 'assistant' } },
			{ index: 1, message: { role: 'assistant' } },
		]);
	});
});
