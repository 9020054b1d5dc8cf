import type { JsonObject } from 'n8n-workflow';
import type {
	ChatCompletion,
	CompletionMessage,
} from '../../../inference/completion/chatCompletion';
import type { InferenceError } from '../../../inference/InferenceError';
import { adviceFor } from '../../../nodes/shared/advice';
import { toItem, type OutputOptions } from '../../../nodes/WandbInferenceChat/toItem';
import { errorThrownBy } from '../../support/errorThrownBy';

const choiceOf = (message: Partial<CompletionMessage>, rest: JsonObject = {}) => ({
	index: 0,
	message: { role: 'assistant', content: 'Hi', ...message },
	finish_reason: 'stop',
	...rest,
});

const optionsFor = (type: string, forAgent = false): OutputOptions => ({
	request: { model: 'asked/for', responseFormat: { type } } as OutputOptions['request'],
	simplify: true,
	forAgent,
});

const resultOf = (completion: JsonObject) => ({
	completion: completion as ChatCompletion,
	attempts: 2,
	concurrencyLimit: 8,
	requestId: 'req-7',
});

const outputOf = (completion: JsonObject, options = optionsFor('text')) =>
	toItem(resultOf(completion), options, 3).json;
const outputFor = (message: Partial<CompletionMessage>, options = optionsFor('text')) =>
	outputOf({ choices: [choiceOf(message)] }, options);

const failureFor = (content: string, finishReason = 'stop'): InferenceError => {
	const choice = choiceOf({ content }, { finish_reason: finishReason });
	return errorThrownBy(() => outputOf({ choices: [choice] }, optionsFor('json_object')));
};

describe('simplified output', () => {
	test('contains only fields that the answer has', () => {
		const item = toItem(resultOf({ choices: [choiceOf({})] }), optionsFor('text'), 3);
		expect(Object.keys(item.json)).toEqual(['output', 'finishReason', 'model', 'attempts']);
		expect(item).toEqual({
			json: { output: 'Hi', finishReason: 'stop', model: 'asked/for', attempts: 2 },
			pairedItem: { item: 3 },
		});
	});

	test('contains the model that answered, and log probabilities', () => {
		const choices = [choiceOf({}, { logprobs: { content: [] } })];
		expect(outputOf({ model: 'other/one', choices })).toMatchObject({
			model: 'other/one',
			logprobs: { content: [] },
		});
	});

	test('contains the token counts that are numbers, including zero', () => {
		const usage = {
			prompt_tokens: 5,
			completion_tokens: 0,
			total_tokens: null,
			prompt_tokens_details: { cached_tokens: '2' },
			completion_tokens_details: { reasoning_tokens: 7 },
		};
		expect(outputOf({ choices: [choiceOf({})], usage }).usage).toEqual({
			promptTokens: 5,
			completionTokens: 0,
			reasoningTokens: 7,
		});
		const details = {
			prompt_tokens_details: { cached_tokens: 2 },
			completion_tokens_details: null,
		};
		expect(outputOf({ choices: [choiceOf({})], usage: details }).usage).toEqual({
			cachedTokens: 2,
		});
	});

	test.each([null, [], 5])('contains no usage if the service returns %j', (usage) => {
		expect(outputOf({ choices: [choiceOf({})], usage })).not.toHaveProperty('usage');
	});

	test('has a list per field for several choices, with null for missing values', () => {
		const choices = [choiceOf({ reasoning: 'Hm' }), choiceOf({ content: 'Ho' })];
		expect(outputOf({ choices })).toMatchObject({
			output: ['Hi', 'Ho'],
			reasoning: ['Hm', null],
			finishReason: ['stop', 'stop'],
		});
	});

	test.each([
		['{"a": 1}', { a: 1 }],
		[' ', {}],
		['Oslo', 'Oslo'],
		['null', null],
	])('contains the call arguments %j as %j', (text, expected) => {
		const called = { name: 'f', arguments: text };
		const call = { id: 'call_1', type: 'function', function: called };
		const { id, ...withoutId } = call;
		const { toolCalls } = outputFor({ tool_calls: [call, withoutId], function_call: called });
		expect(toolCalls).toStrictEqual([
			{ id, name: 'f', arguments: expected },
			{ name: 'f', arguments: expected },
			{ name: 'f', arguments: expected },
		]);
	});
});

describe('the answer for an agent', () => {
	test('is the text, with tool calls if there are any', () => {
		const forAgent = optionsFor('text', true);
		expect(outputFor({}, forAgent)).toStrictEqual({ output: 'Hi' });
		const called = { name: 'f', arguments: '' };
		expect(outputFor({ content: '', function_call: called }, forAgent)).toEqual({
			output: '',
			toolCalls: [{ name: 'f', arguments: {} }],
		});
	});

	test('is the whole completion if it is not simplified', () => {
		const completion = { id: 'a', choices: [choiceOf({})] };
		expect(outputOf(completion, { ...optionsFor('text', true), simplify: false })).toEqual(
			completion,
		);
	});
});

describe('JSON answers', () => {
	test.each([
		['```json\n{"a": 1}\n```', { a: 1 }],
		['\n ```JSON  \n{"a": 1}```\n ', { a: 1 }],
		['```\n[1,\n2]\n\n```', [1, 2]],
		['{"a": "```json\\n1\\n```"}', { a: '```json\n1\n```' }],
		['"```"', '```'],
	])('are read from %j', (content, output) => {
		for (const type of ['json_object', 'json_schema']) {
			expect(outputFor({ content }, optionsFor(type)).output).toEqual(output);
		}
	});

	test('stay text if text was requested, and are not required along with a tool call', () => {
		expect(outputFor({ content: '{"a": 1}' }).output).toBe('{"a": 1}');
		const call = { content: '', function_call: { name: 'f', arguments: '' } };
		expect(outputFor(call, optionsFor('json_object')).output).toBe('');
	});

	test.each(['Here: ```json\n{}\n```', '```json\n{}\n``` as asked', '```json {}```'])(
		'are not extracted from other text: %j',
		(content) => {
			expect(failureFor(content).message).toBe('The answer is not valid JSON');
		},
	);

	test.each([
		['Sorry', 'stop', 'The answer is not valid JSON', /'Strict Schema'/],
		[' ', 'stop', 'The answer is empty instead of JSON', /'Strict Schema'/],
		['', 'length', "The JSON answer was cut off at 'Max Tokens'", /^Increase 'Max Tokens'/],
	])(
		'missing from %j with finish reason %s end in an error that says why',
		(content, reason, message, advice) => {
			const error = failureFor(content, reason);
			expect(error).toMatchObject({
				kind: 'invalidOutput',
				message,
				attempts: 2,
				requestId: 'req-7',
			});
			expect(adviceFor(error, 'chat')).toMatch(advice);
		},
	);
});
