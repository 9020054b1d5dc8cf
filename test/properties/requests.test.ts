import fc from 'fast-check';
import type { IDataObject, IExecuteFunctions } from 'n8n-workflow';
import { buildChatRequest } from '../../inference/chatRequest';
import { readParameters } from '../../nodes/WandbInferenceChat/readParameters';
import { validateRequestBody } from '../../tools/simulator/openaiSchema/validateChatCompletion';

/** The part of n8n's context needed to read parameters without binary data. */
function contextWith(parameters: Record<string, unknown>): IExecuteFunctions {
	const valueAt = (path: string): unknown =>
		path
			.split('.')
			.reduce<unknown>((value, name) => (value as IDataObject | undefined)?.[name], parameters);
	return {
		getNodeParameter: (path: string, _: number, fallback: unknown) => valueAt(path) ?? fallback,
	} as unknown as IExecuteFunctions;
}

const text = fc.string({ unit: 'grapheme', maxLength: 30 });
const nonEmptyText = text.map((value) => `a${value}`);
const name = fc.stringMatching(/^[\w-]{1,64}$/);
const penalty = fc.double({ min: -2, max: 2, noNaN: true });
/** Numbers reach n8n as numbers, or as text from an expression. */
const loose = <Value>(values: fc.Arbitrary<Value>) =>
	fc.oneof(values, values.map(String)) as fc.Arbitrary<Value | string>;
const jsonObject = fc.dictionary(name, fc.jsonValue({ maxDepth: 2 }), { maxKeys: 4 });
/** JSON reaches n8n as text, or as a value from an expression. */
const jsonField = <Value>(values: fc.Arbitrary<Value>) =>
	fc.oneof(
		values,
		values.map((value) => JSON.stringify(value)),
	);

const options = fc.record(
	{
		cacheSalt: nonEmptyText,
		frequencyPenalty: loose(penalty),
		presencePenalty: loose(penalty),
		logitBias: jsonField(
			fc.dictionary(fc.nat({ max: 200_000 }).map(String), fc.integer({ min: -100, max: 100 })),
		),
		logprobs: fc.boolean(),
		topLogprobs: fc.integer({ min: 0, max: 20 }),
		maxTokens: loose(fc.integer({ min: 1, max: 1_000_000 })),
		n: fc.integer({ min: 1, max: 128 }),
		parallelToolCalls: fc.boolean(),
		reasoning: fc.constantFrom('default', 'enabled', 'disabled'),
		reasoningEffort: fc.constantFrom('low', 'medium', 'high'),
		seed: fc.integer(),
		stop: fc.array(nonEmptyText, { minLength: 1, maxLength: 4 }),
		stream: fc.boolean(),
		temperature: loose(fc.double({ min: 0, max: 2, noNaN: true })),
		toolChoice: fc.oneof(fc.constantFrom('auto', 'none', 'required'), name),
		topP: loose(fc.double({ min: 0, max: 1, noNaN: true })),
		user: text,
		functions: jsonField(
			fc.array(fc.record({ name, parameters: jsonObject }), { minLength: 1, maxLength: 3 }),
		),
		functionCall: fc.oneof(fc.constantFrom('auto', 'none'), name),
		extraBody: jsonField(fc.record({ top_k: fc.integer() }, { requiredKeys: [] })),
	},
	{ requiredKeys: [] },
);

const fieldMessage = fc.oneof(
	fc.record({ role: fc.constant('assistant'), content: text }),
	fc.record({ role: fc.constantFrom('system', 'user'), content: nonEmptyText }),
	fc.record({
		role: fc.constant('user'),
		content: text,
		imageSource: fc.constant('url'),
		imageUrl: fc.webUrl(),
	}),
	fc.record({ role: fc.constant('tool'), content: text, toolCallId: nonEmptyText }),
);

const toolCall = fc.record({
	id: nonEmptyText,
	type: fc.constant('function'),
	function: fc.record({ name, arguments: fc.json() }),
});
const jsonMessage = fc.oneof(
	fc.record({ role: fc.constantFrom('system', 'developer', 'user'), content: text }),
	fc.record({
		role: fc.constant('assistant'),
		content: fc.option(text),
		tool_calls: fc.array(toolCall, { minLength: 1, maxLength: 3 }),
	}),
	fc.record({ role: fc.constant('tool'), content: text, tool_call_id: nonEmptyText }),
);

const messages = fc.oneof(
	fc.array(fieldMessage, { minLength: 1, maxLength: 5 }).map((values) => ({
		messages: { values },
	})),
	jsonField(fc.array(jsonMessage, { minLength: 1, maxLength: 5 })).map((messagesJson) => ({
		specifyMessages: 'json',
		messagesJson,
	})),
);

const tool = fc.record({
	name,
	description: text,
	parameters: jsonField(jsonObject),
	strict: fc.boolean(),
});
const output = fc.record(
	{
		responseFormat: fc.constantFrom('text', 'json_object', 'json_schema'),
		schemaName: name,
		schemaType: fc.constant('manual'),
		jsonSchema: jsonField(
			jsonObject.map((value) => ({ type: 'object', default: value, description: 'Any' })),
		),
		strictSchema: fc.boolean(),
		tools: fc.record({ values: fc.array(tool, { maxLength: 3 }) }),
	},
	{ requiredKeys: ['schemaType', 'jsonSchema'] },
);

const anyParameters = fc
	.tuple(options, messages, output)
	.map(([optionValues, messageFields, outputFields]) => ({
		model: { mode: 'id', value: 'openai/gpt-oss-20b' },
		options: optionValues,
		...messageFields,
		...outputFields,
	}));

async function readAll(parameters: Record<string, unknown>): Promise<void> {
	await readParameters(contextWith(parameters), 0).request.readMessages();
}

test('any accepted parameters result in a request body that matches the published schema', async () => {
	await fc.assert(
		fc.asyncProperty(anyParameters, async (parameters) => {
			const { request } = readParameters(contextWith(parameters), 0);
			const messages = await request.readMessages();
			const chatRequest = buildChatRequest({ ...request, messages });
			const body = JSON.parse(JSON.stringify(chatRequest)) as unknown;
			expect(validateRequestBody(body)).toEqual([]);
		}),
		{ numRuns: 1000 },
	);
});

test('any value of an option is sent, left out, or rejected with its name', async () => {
	const anyOptions = fc.dictionary(
		fc.constantFrom(
			...['cacheSalt', 'extraBody', 'extraHeaders', 'fallbackModels', 'frequencyPenalty'],
			...['functionCall', 'functions', 'logitBias', 'logprobs', 'maxTokens', 'n', 'stop'],
			...['reasoning', 'seed', 'stream', 'temperature', 'timeout', 'toolChoice', 'topP', 'user'],
		),
		fc.oneof(
			fc.jsonValue({ maxDepth: 2 }),
			fc.constant(undefined),
			fc.record({ values: fc.jsonValue() }),
		),
	);
	await fc.assert(
		fc.asyncProperty(anyOptions, async (optionValues) => {
			const parameters = {
				model: 'openai/gpt-oss-20b',
				messages: { values: [{ role: 'user', content: 'Hello!' }] },
				options: optionValues,
			};
			const failure = await readAll(parameters).catch((error: unknown) => error);
			if (failure === undefined) return;
			expect(failure).toMatchObject({
				name: 'InferenceError',
				kind: expect.stringMatching(/^(parameter|credential)$/),
				message: expect.stringMatching(/'/),
			});
		}),
		{ numRuns: 1000 },
	);
});
