import type { JsonObject, JsonValue } from 'n8n-workflow';
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
		[
			'no choice with a message or text',
			{ choices: [{ index: 0 }, null, { message: 5, text: 5 }] },
		],
	])('is invalid: %s', async (_, body) => {
		expect(await failureOf(readJson(body))).toMatchObject({ kind: 'invalidAnswer' });
	});

	const image = { type: 'image_url', image_url: { url: 'x' } };

	test.each<[string, unknown, string | null]>([
		[
			'text parts',
			[
				{ type: 'text', text: 'H' },
				{ type: 'output_text', text: 'i' },
			],
			'Hi',
		],
		['parts that are only text', ['H', 'i'], 'Hi'],
		['a part without a type', [{ text: 'Hi' }], 'Hi'],
		['one part', { type: 'text', text: 'Hi' }, 'Hi'],
		['text and an image', [image, { type: 'text', text: 'Hi' }], 'Hi'],
		['an image', [image], null],
		['no parts', [], null],
		['parts that are odd', [null, 5, ['Hi'], { type: 5, text: 7 }], null],
		[
			'a JSON answer that a gateway parsed',
			{ type: 'invoice', text: 'x' },
			'{"type":"invoice","text":"x"}',
		],
		['a number', 5, null],
	])('may have content that is %s', async (_, content, expected) => {
		expect(await messageOf({ content } as JsonObject)).toEqual({
			...hi,
			content: expected,
			refusal: null,
		});
	});

	test('may have a refusal and thinking among its content', async () => {
		const content: JsonValue = [
			{ type: 'thinking', thinking: [{ type: 'text', text: 'Hm' }] },
			{ type: 'refusal', refusal: 'No' },
		];
		expect(await messageOf({ content, reasoning: 'So. ' })).toEqual({
			role: 'assistant',
			content: null,
			refusal: 'No',
			reasoning: 'So. Hm',
		});
	});

	test.each<[unknown, string | undefined]>([
		[{ text: 'Hm' }, 'Hm'],
		[{ content: 'Hm' }, 'Hm'],
		[
			{
				summary: [
					{ type: 'summary_text', text: 'H' },
					{ type: 'summary_text', text: 'm' },
				],
			},
			'H\nm',
		],
		[[{ type: 'reasoning', content: [{ type: 'reasoning_text', text: 'Hm' }] }], 'Hm'],
		[{ effort: 'low' }, undefined],
		[[[[[[[['deep']]]]]]], undefined],
		[false, undefined],
		['', ''],
	])('may have reasoning %j', async (reasoning, expected) => {
		for (const name of ['reasoning', 'reasoning_content']) {
			const message = await messageOf({ content: 'Hi', [name]: reasoning } as JsonObject);
			expect(message).toEqual({
				...hi,
				refusal: null,
				...(expected === undefined ? {} : { [name]: expected }),
			});
		}
	});

	test('keeps its reasoning details as they are', async () => {
		const details = [{ type: 'reasoning.text', text: 'Hm', index: 0 }];
		const message = await messageOf({ content: 'Hi', reasoning_details: details });
		expect(message?.reasoning_details).toEqual(details);
	});

	const called = { id: 'a', type: 'function', function: { name: 'f', arguments: '' } };

	test.each<[string, JsonObject, unknown]>([
		[
			'a custom tool',
			{ id: 'a', custom: { name: 'f', input: 'x', extra: 1 } },
			{
				id: 'a',
				type: 'custom',
				custom: { name: 'f', input: 'x', extra: 1 },
			},
		],
		[
			'a custom tool without input',
			{ type: 'custom', custom: {} },
			{
				type: 'custom',
				custom: { name: '', input: '' },
			},
		],
		['no object around its name', { id: 'a', name: 'f', arguments: null }, called],
		['an ID that is no text', { id: 5, function: { name: 'f' } }, { ...called, id: undefined }],
		['an empty ID', { id: '', function: { name: 'f' } }, { ...called, id: undefined }],
		['a type that is no text', { id: 'a', type: null, function: { name: 'f' } }, called],
	])('may have a tool call with %s', async (_, call, expected) => {
		expect((await messageOf({ tool_calls: [call] }))?.tool_calls).toEqual([expected]);
	});

	test.each<[string, JsonObject]>([
		['tool calls that are an object', { tool_calls: {} }],
		['a tool call that is null', { tool_calls: [null] }],
		['a tool call without a function', { tool_calls: [{ id: 'a' }] }],
		['a function that is text', { tool_calls: [{ function: 'f' }] }],
		['a function call that is text', { function_call: 'f' }],
		['a function call that is a list', { function_call: [] }],
	])('may be odd, which is left out: %s', async (_, calls) => {
		expect(await messageOf({ content: '', ...calls })).toEqual({
			...hi,
			content: '',
			refusal: null,
		});
	});

	test('keeps the tool calls beside an odd one', async () => {
		const message = await messageOf({
			content: '',
			tool_calls: [{}, { id: 'a', function: { name: 'f' } }],
		});
		expect(message).toMatchObject({ content: null, tool_calls: [called] });
	});

	test('may have choices that are null, or without a message', async () => {
		const { choices } = await readJson({
			choices: [null, { message: hi }, 'Hi', { index: 4, finish_reason: 'content_filter' }],
		});
		expect(choices).toMatchObject([
			{ index: 0, message: hi },
			{ index: 4, message: { role: 'assistant', content: null }, finish_reason: 'content_filter' },
		]);
	});

	test.each<[string, JsonObject]>([
		['the text of a legacy completion', { text: 'Hi', index: 0 }],
		['a message that is text', { message: 'Hi' }],
	])('may have %s', async (_, choice) => {
		expect(await choiceOf(choice)).toEqual({
			index: 0,
			message: { ...hi, refusal: null },
			logprobs: null,
			finish_reason: null,
		});
	});

	test.each(['', 5, null, undefined])('has no finish reason if it is %j', async (finishReason) => {
		const choice = { message: hi, finish_reason: finishReason } as JsonObject;
		expect((await choiceOf(choice))?.finish_reason).toBeNull();
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
