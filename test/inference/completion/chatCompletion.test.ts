import type { JsonObject } from 'n8n-workflow';
import type { CompletionMessage } from '../../../inference/completion/chatCompletion';
import { textOf } from '../../../inference/completion/completionParts';
import { failureOf, readJson } from '../../support/cannedResponse';

const asked = { role: 'assistant', content: 'Hi' };
const choiceOf = async (choice: JsonObject) => (await readJson({ choices: [choice] })).choices[0];
const messageOf = async (message: JsonObject) =>
	(await choiceOf({ index: 0, message: { role: 'assistant', ...message } }))?.message;

describe('the shape of a completion', () => {
	test.each<[string, unknown]>([
		['choices that are an object', { choices: { 0: { message: asked } } }],
		['a list in place of a completion', [{ choices: [{ message: asked }] }]],
		['a list in place of a choice', { choices: [[asked]] }],
		['one choice of two without message', { choices: [{ message: asked }, { index: 1 }] }],
		['a message that is text', { choices: [{ message: 'Hi' }] }],
		['content that is a number', { choices: [{ message: { content: 5 } }] }],
		['content that is a list', { choices: [{ message: { content: [] } }] }],
		['reasoning that is an object', { choices: [{ message: { ...asked, reasoning: {} } }] }],
		['reasoning_content false', { choices: [{ message: { ...asked, reasoning_content: false } }] }],
		['tool calls that are an object', { choices: [{ message: { tool_calls: {} } }] }],
		['a tool call that is null', { choices: [{ message: { tool_calls: [null] } }] }],
		['a tool call without function', { choices: [{ message: { tool_calls: [{ id: 'a' }] } }] }],
		['a function that is text', { choices: [{ message: { tool_calls: [{ function: 'f' }] } }] }],
		[
			'one tool call of two without function',
			{ choices: [{ message: { tool_calls: [{ function: {} }, {}] } }] },
		],
		['a function call that is text', { choices: [{ message: { function_call: 'f' } }] }],
		['a function call that is a list', { choices: [{ message: { function_call: [] } }] }],
	])('is not that of %s', async (_, body) => {
		expect(await failureOf(readJson(body))).toMatchObject({ kind: 'invalidAnswer' });
	});

	test('has room for nulls wherever something may be absent', async () => {
		const nulls = { reasoning: null, reasoning_content: null, tool_calls: null };
		expect(await messageOf({ content: null, function_call: null, ...nulls })).toEqual({
			role: 'assistant',
			content: null,
			refusal: null,
		});
	});
});

describe('the one form of a completion', () => {
	test('leaves out what is null or an empty list, at every level', async () => {
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

	const [call, functionCall] = [{ id: 'a', function: { name: 'f' } }, { name: 'f' }];

	test.each<[string, string | null, JsonObject]>([
		['null beside tool calls', null, { tool_calls: [call] }],
		['null beside a function call', null, { function_call: functionCall }],
		['itself without calls', '', { tool_calls: [], function_call: null }],
	])('words an empty text as %s', async (_, content, calls) => {
		expect(await messageOf({ content: '', ...calls })).toMatchObject({ content });
	});

	test('keeps a text beside calls', async () => {
		expect(await messageOf({ content: 'Wait', tool_calls: [call] })).toMatchObject({
			content: 'Wait',
		});
	});

	test.each<[string, JsonObject, { name: string; arguments: string }]>([
		['text', { name: 'f', arguments: '{"a": 1}' }, { name: 'f', arguments: '{"a": 1}' }],
		['a value', { name: 'f', arguments: { a: 1 } }, { name: 'f', arguments: '{"a":1}' }],
		['a number', { name: 'f', arguments: 5 }, { name: 'f', arguments: '5' }],
		['null', { name: 'f', arguments: null }, { name: 'f', arguments: '' }],
		['absent', { name: 'f' }, { name: 'f', arguments: '' }],
		['there without a name', { name: 5, arguments: '1' }, { name: '', arguments: '1' }],
	])('has arguments as text where they are %s', async (_, given, expected) => {
		const message = await messageOf({
			tool_calls: [{ id: 'a', type: 'function', extra: 1, function: given }],
			function_call: { ...given, extra: 2 },
		});
		expect(message?.tool_calls).toEqual([
			{ id: 'a', type: 'function', extra: 1, function: expected },
		]);
		expect(message?.function_call).toEqual({ ...expected, extra: 2 });
	});

	test('numbers choices and names their role where the service does not', async () => {
		const body = { choices: [{ message: { content: 'Hi' } }, { message: { content: 'Ho' } }] };
		expect((await readJson(body)).choices).toMatchObject([
			{ index: 0, message: { role: 'assistant' } },
			{ index: 1, message: { role: 'assistant' } },
		]);
	});
});

describe('the text of a message', () => {
	const answer = (fields: Partial<CompletionMessage>) =>
		textOf({ role: 'assistant', content: null, ...fields } as CompletionMessage);

	test('is the content, the refusal where there is none, or empty', () => {
		expect(answer({ content: 'Hi', refusal: 'No' }).text).toBe('Hi');
		expect(answer({ refusal: 'No' }).text).toBe('No');
		expect(answer({ content: '<think>Hm</think>', refusal: 'No' }).text).toBe('No');
		expect(answer({ refusal: null })).toEqual({ text: '', reasoning: '' });
	});

	test('has its thinking apart, under each of its names', () => {
		expect(answer({ content: 'Hi', reasoning: 'Hm' })).toEqual({ text: 'Hi', reasoning: 'Hm' });
		expect(answer({ reasoning_content: 'Hm' }).reasoning).toBe('Hm');
		expect(answer({ reasoning: 'Hm', reasoning_content: 'Oh' }).reasoning).toBe('Hm');
		expect(answer({ content: '<think>Oh</think>Hi', reasoning: 'Hm' })).toEqual({
			text: 'Hi',
			reasoning: 'Hm\nOh',
		});
	});
});
