import { buildChatRequest, toModelId, type ChatRequest } from '../../inference/chatRequest';

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
