import type { JsonObject } from 'n8n-workflow';
import type { ChatCompletion } from '../../../inference/completion/chatCompletion';
import {
	toFinishReason,
	toGenerateResult,
	toTokenUsage,
	toToolCalls,
} from '../../../nodes/LmChatWandbInference/toGenerateResult';

const completionOf = (completion: JsonObject) => ({ choices: [], ...completion }) as ChatCompletion;
const messageOf = (message: JsonObject) =>
	completionOf({ choices: [{ index: 0, message, finish_reason: 'stop' }] });
const argumentsOf = (text: string) => {
	const call = { id: 'call_1', type: 'function', function: { name: 'f', arguments: text } };
	return toToolCalls(messageOf({ role: 'assistant', content: null, tool_calls: [call] }))[0]?.input;
};

describe('the answer of a model', () => {
	test('is empty if there is no choice', () => {
		const empty = completionOf({});
		expect(toGenerateResult(empty)).toMatchObject({
			message: { content: [] },
			finishReason: 'other',
		});
		expect(toToolCalls(messageOf({ role: 'assistant', content: 'Hi' }))).toEqual([]);
	});

	test.each([
		['stop', 'stop'],
		['length', 'length'],
		['content_filter', 'content-filter'],
		['tool_calls', 'tool-calls'],
		['function_call', 'tool-calls'],
		['eos', 'other'],
		[null, 'other'],
	])('with finish reason %j has finish reason %j in the SDK', (reason, expected) => {
		const choice = { index: 0, message: { role: 'assistant' }, finish_reason: reason };
		expect(toFinishReason(completionOf({ choices: [choice] }))).toBe(expected);
	});

	test.each([
		[' ', '{}'],
		['"null"', '{}'],
		['[]', '{"invalidArguments":"[]"}'],
		['"{"', '{"invalidArguments":"\\"{\\""}'],
		['5', '{"invalidArguments":"5"}'],
	])('has an object for the call arguments %j', (text, input) => {
		expect(argumentsOf(text)).toBe(input);
	});
});

describe('token counts', () => {
	test('are those that the service returns, complete or in part', () => {
		const usage = {
			prompt_tokens: 5,
			completion_tokens: 2,
			total_tokens: 9,
			prompt_tokens_details: { cached_tokens: 0 },
			completion_tokens_details: { reasoning_tokens: 1 },
		};
		expect(toTokenUsage(completionOf({ usage }))).toStrictEqual({
			promptTokens: 5,
			completionTokens: 2,
			totalTokens: 9,
			inputTokenDetails: { cacheRead: 0 },
			outputTokenDetails: { reasoning: 1 },
		});
		expect(toTokenUsage(completionOf({ usage: { prompt_tokens: 5 } }))).toStrictEqual({
			promptTokens: 5,
			completionTokens: 0,
			totalTokens: 5,
		});
	});

	test('add up to a total, and leave out what is not a number', () => {
		const usage = {
			prompt_tokens: '5',
			completion_tokens: 2,
			prompt_tokens_details: null,
			completion_tokens_details: { reasoning_tokens: '1' },
		};
		expect(toTokenUsage(completionOf({ usage }))).toStrictEqual({
			promptTokens: 0,
			completionTokens: 2,
			totalTokens: 2,
		});
	});

	test.each([undefined, null, [], 5])('are unknown if the service returns %j', (usage) => {
		expect(toTokenUsage(completionOf({ usage } as JsonObject))).toBeUndefined();
	});
});
