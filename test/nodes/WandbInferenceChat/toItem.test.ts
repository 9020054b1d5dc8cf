import type { JsonObject } from 'n8n-workflow';
import type {
	ChatCompletion,
	CompletionMessage,
} from '../../../inference/completion/chatCompletion';
import { tokenUsage } from '../../../inference/completion/completionParts';
import { toItem, type OutputOptions } from '../../../nodes/WandbInferenceChat/toItem';

const choiceOf = (message: Partial<CompletionMessage>, rest: JsonObject = {}) => ({
	index: 0,
	message: { role: 'assistant', content: 'Hi', ...message },
	finish_reason: 'stop',
	...rest,
});

const simplify: OutputOptions = { simplify: true, forAgent: false };
const forAgent: OutputOptions = { simplify: true, forAgent: true };

const resultOf = (completion: JsonObject) => ({
	completion: completion as ChatCompletion,
	model: 'asked/for',
	usage: tokenUsage(completion as ChatCompletion),
	attempts: 2,
	invalidChoices: 0,
	repairs: 0,
});

const outputOf = (completion: JsonObject, options = simplify) =>
	toItem(resultOf(completion), options, 3).json;
const outputFor = (message: Partial<CompletionMessage>, options = simplify) =>
	outputOf({ choices: [choiceOf(message)] }, options);

describe('simplified output', () => {
	test('contains only fields that the answer has', () => {
		const item = toItem(resultOf({ choices: [choiceOf({})] }), simplify, 3);
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
		expect(outputFor({}, forAgent)).toStrictEqual({ output: 'Hi' });
		const called = { name: 'f', arguments: '' };
		expect(outputFor({ content: '', function_call: called }, forAgent)).toEqual({
			output: '',
			toolCalls: [{ name: 'f', arguments: {} }],
		});
	});

	test('is the whole completion if it is not simplified', () => {
		const completion = { id: 'a', choices: [choiceOf({})] };
		expect(outputOf(completion, { simplify: false, forAgent: true })).toEqual(completion);
	});
});
