import type { JsonObject } from 'n8n-workflow';
import {
	buildChatRequest,
	effectiveFormat,
	toModelId,
	type ChatRequest,
	type ResponseFormat,
} from '../../inference/chatRequest';

const plain: ChatRequest = {
	model: 'openai/gpt-oss-20b',
	messages: [{ role: 'user', content: 'Hi' }],
	fields: {},
	responseFormat: { type: 'text' },
	tools: [],
	stream: false,
	extraBody: {},
};

const schema = { type: 'object', properties: { answer: { type: 'string' } } };

describe('buildChatRequest', () => {
	test('sends nothing that was not set', () => {
		expect(buildChatRequest(plain)).toEqual({
			model: 'openai/gpt-oss-20b',
			messages: [{ role: 'user', content: 'Hi' }],
			stream: false,
		});
	});

	test('requests the token usage of a stream', () => {
		expect(buildChatRequest({ ...plain, stream: true })).toMatchObject({
			stream: true,
			stream_options: { include_usage: true },
		});
	});

	test('keeps 0, false, and empty text', () => {
		const fields = { temperature: 0, logprobs: false, user: '' };
		expect(buildChatRequest({ ...plain, fields })).toMatchObject(fields);
	});

	test('formats JSON mode and a JSON schema as OpenAI does', () => {
		const mode = buildChatRequest({ ...plain, responseFormat: { type: 'json_object' } });
		expect(mode.response_format).toEqual({ type: 'json_object' });
		const format = { type: 'json_schema', name: 'reply', schema, strict: false } as const;
		expect(buildChatRequest({ ...plain, responseFormat: format }).response_format).toEqual({
			type: 'json_schema',
			json_schema: { name: 'reply', strict: false, schema },
		});
	});

	test('formats tools as OpenAI does, without an empty description or a false strict', () => {
		const tools = [
			{ name: 'find', description: 'Finds', parameters: schema, strict: true },
			{ name: 'stop', description: '', parameters: {}, strict: false },
		];
		expect(buildChatRequest({ ...plain, tools }).tools).toEqual([
			{
				type: 'function',
				function: { name: 'find', description: 'Finds', parameters: schema, strict: true },
			},
			{ type: 'function', function: { name: 'stop', parameters: {} } },
		]);
	});

	test('lets the extra body replace everything else', () => {
		const extraBody = { top_k: 5, temperature: 1, stream: false, model: 'other' };
		const body = buildChatRequest({
			...plain,
			fields: { temperature: 0 },
			stream: true,
			extraBody,
		});
		expect(body).toMatchObject(extraBody);
	});

	test('does not change its input', () => {
		const request = { ...plain, fields: { stop: ['a'] }, extraBody: { top_k: 5 } };
		const before = JSON.stringify(request);
		buildChatRequest(request).model = 'changed';
		expect(JSON.stringify(request)).toBe(before);
	});
});

describe('the extra body', () => {
	const withUsage = { include_usage: true };

	test.each<[boolean, JsonObject, JsonObject]>([
		[true, {}, { stream: true, stream_options: withUsage }],
		[true, { stream: false }, { stream: false }],
		[true, { stream: false, stream_options: withUsage }, { stream: false }],
		[false, { stream: true }, { stream: true, stream_options: withUsage }],
		[false, { stream_options: withUsage }, { stream: false }],
		[
			true,
			{ stream_options: { chunk_size: 5 } },
			{ stream: true, stream_options: { include_usage: true, chunk_size: 5 } },
		],
		[
			true,
			{ stream_options: { include_usage: false } },
			{ stream: true, stream_options: { include_usage: false } },
		],
		[true, { stream_options: null }, { stream: true, stream_options: null }],
		[true, { stream: null }, { stream: null }],
		[true, { stream: 'true' }, { stream: 'true' }],
		[true, { stream: null, stream_options: { a: 1 } }, { stream: null, stream_options: { a: 1 } }],
	])('decides on a stream and its options: stream %j with %j', (stream, extraBody, expected) => {
		const { stream: sent, stream_options: options } = buildChatRequest({
			...plain,
			stream,
			extraBody,
		});
		expect({ stream: sent, stream_options: options }).toEqual(expected);
	});

	test('adds to the settings of the chat template, and wins where both set the same', () => {
		const fields = { chat_template_kwargs: { enable_thinking: true } };
		const kwargsOf = (extra: JsonObject | null) =>
			buildChatRequest({ ...plain, fields, extraBody: { chat_template_kwargs: extra } })
				.chat_template_kwargs;
		expect(kwargsOf({ tone: { formal: 1 } })).toEqual({
			enable_thinking: true,
			tone: { formal: 1 },
		});
		expect(kwargsOf({ enable_thinking: false })).toEqual({ enable_thinking: false });
		expect(kwargsOf(null)).toBeNull();
	});

	test('replaces messages, tools, the model, and the format', () => {
		const extraBody = {
			model: 'other',
			messages: [],
			tools: [],
			response_format: { type: 'text' },
		};
		const tools = [{ name: 'find', description: '', parameters: schema, strict: false }];
		const responseFormat = { type: 'json_object' } as const;
		expect(buildChatRequest({ ...plain, tools, responseFormat, extraBody })).toEqual({
			...extraBody,
			stream: false,
		});
	});
});

describe('the format in force', () => {
	const chosen: ResponseFormat = { type: 'json_schema', name: 'reply', schema, strict: true };
	const formatWith = (extraBody: JsonObject) =>
		effectiveFormat({ responseFormat: chosen, extraBody });

	test('is the chosen one if the extra body has none', () => {
		expect(formatWith({ top_k: 5 })).toBe(chosen);
	});

	test.each<[unknown, ResponseFormat]>([
		[{ type: 'text' }, { type: 'text' }],
		[{ type: 'json_object' }, { type: 'json_object' }],
		[
			{ type: 'json_schema', json_schema: { name: 'mood', schema, strict: true } },
			{ type: 'json_schema', name: 'mood', schema, strict: true },
		],
		[
			{ type: 'json_schema', json_schema: { name: 'mood', schema } },
			{ type: 'json_schema', name: 'mood', schema, strict: false },
		],
		[{ type: 'json_schema' }, { type: 'json_schema', name: '', schema: {}, strict: false }],
		[{ type: 'regex', pattern: 'a+' }, { type: 'text' }],
		[null, { type: 'text' }],
		['json_object', { type: 'text' }],
	])('is that of the extra body: %j', (format, expected) => {
		expect(formatWith({ response_format: format as JsonObject })).toEqual(expected);
	});
});

describe('toModelId', () => {
	test.each([
		['openai/gpt-oss-20b', 'openai/gpt-oss-20b'],
		[' wandb/openai/gpt-oss-20b\n', 'openai/gpt-oss-20b'],
		['wandb-artifact:///team/project/name:v1', 'wandb-artifact:///team/project/name:v1'],
		['team/wandb/model', 'team/wandb/model'],
	])('reads %j as %s', (model, expected) => {
		expect(toModelId(model)).toBe(expected);
	});
});
