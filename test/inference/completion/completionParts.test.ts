import type { JsonObject } from 'n8n-workflow';
import type {
	ChatCompletion,
	CompletionMessage,
} from '../../../inference/completion/chatCompletion';
import { messageParts, tokenUsage } from '../../../inference/completion/completionParts';

describe('messageParts', () => {
	const partsOf = (fields: Partial<CompletionMessage>) =>
		messageParts({ role: 'assistant', content: null, ...fields } as CompletionMessage);

	test('reads the content as text, or the refusal without content, or empty text', () => {
		expect(partsOf({ content: 'Hi', refusal: 'No' }).text).toBe('Hi');
		expect(partsOf({ refusal: 'No' }).text).toBe('No');
		expect(partsOf({ content: '<think>Hm</think>', refusal: 'No' }).text).toBe('No');
		expect(partsOf({ refusal: null })).toEqual({ text: '', reasoning: '', toolCalls: [] });
	});

	test('separates the reasoning, under each of its names', () => {
		expect(partsOf({ content: 'Hi', reasoning: 'Hm' })).toEqual({
			text: 'Hi',
			reasoning: 'Hm',
			toolCalls: [],
		});
		expect(partsOf({ reasoning_content: 'Hm' }).reasoning).toBe('Hm');
		expect(partsOf({ reasoning: 'Hm', reasoning_content: 'Oh' }).reasoning).toBe('Hm');
		expect(partsOf({ content: '<think>Oh</think>Hi', reasoning: 'Hm' })).toEqual({
			text: 'Hi',
			reasoning: 'Hm\nOh',
			toolCalls: [],
		});
	});

	test.each<[string, JsonObject, string]>([
		['an empty name and another', { reasoning: '', reasoning_content: 'Because' }, 'Because'],
		['details alone', { reasoning_details: [{ type: 'reasoning.text', text: 'Hm' }] }, 'Hm'],
		[
			'a summary in details',
			{ reasoning: '', reasoning_details: [{ summary: 'So' }, { data: 'x' }, { summary: 'Oh' }] },
			'So\nOh',
		],
		['details and a name', { reasoning: 'Hm', reasoning_details: [{ text: 'Hm' }] }, 'Hm'],
		['details that are no text', { reasoning_details: [{ type: 'reasoning.encrypted' }, 5] }, ''],
	])('reads the reasoning from %s', (_, fields, reasoning) => {
		expect(partsOf({ content: 'Hi', ...fields })).toEqual({ text: 'Hi', reasoning, toolCalls: [] });
	});

	test('separates blocks that follow, and one without its opening tag', () => {
		expect(partsOf({ content: '<think>a</think>\n<think>b</think>Hi' })).toMatchObject({
			text: 'Hi',
			reasoning: 'a\nb',
		});
		expect(partsOf({ content: 'Hm\n</think>\n\nHi' })).toMatchObject({
			text: 'Hi',
			reasoning: 'Hm',
		});
	});

	test('leaves a closing tag in an answer whose reasoning is known', () => {
		const content = 'Write\n</think>\nbehind it';
		expect(partsOf({ content, reasoning: 'Hm' })).toMatchObject({ text: content, reasoning: 'Hm' });
	});

	test('lists calls of custom tools, with their input as arguments', () => {
		const call = { id: 'a', type: 'custom', custom: { name: 'sql', input: 'SELECT 1' } };
		expect(partsOf({ tool_calls: [call, { type: 'other' }] }).toolCalls).toStrictEqual([
			{ id: 'a', name: 'sql', arguments: 'SELECT 1' },
			{ name: '', arguments: '' },
		]);
	});

	test('lists tool calls and a legacy function call', () => {
		const { toolCalls } = partsOf({
			tool_calls: [
				{ id: 'a', type: 'function', function: { name: 'f', arguments: '{"x":1}' } },
				{ type: 'function', function: { name: 'g', arguments: '' } },
			],
			function_call: { name: 'h', arguments: '{}' },
		});
		expect(toolCalls).toStrictEqual([
			{ id: 'a', name: 'f', arguments: '{"x":1}' },
			{ name: 'g', arguments: '' },
			{ name: 'h', arguments: '{}' },
		]);
	});
});

describe('tokenUsage', () => {
	const usageOf = (usage?: unknown) => tokenUsage({ choices: [], usage } as ChatCompletion);

	test('returns every count that the service reports', () => {
		expect(
			usageOf({
				prompt_tokens: 21,
				completion_tokens: 14,
				total_tokens: 35,
				prompt_tokens_details: { cached_tokens: 0 },
				completion_tokens_details: { reasoning_tokens: 9 },
			}),
		).toStrictEqual({
			promptTokens: 21,
			completionTokens: 14,
			totalTokens: 35,
			cachedTokens: 0,
			reasoningTokens: 9,
		});
	});

	test('omits counts that are absent or not numbers', () => {
		const usage: JsonObject = {
			prompt_tokens: 21,
			total_tokens: '35',
			prompt_tokens_details: null,
		};
		expect(usageOf(usage)).toStrictEqual({ promptTokens: 21 });
	});

	test.each([undefined, null, [], 5])('is undefined for the usage %j', (usage) => {
		expect(usageOf(usage)).toBeUndefined();
	});
});
