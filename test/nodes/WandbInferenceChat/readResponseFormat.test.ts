import type { INodeParameters, JsonObject } from 'n8n-workflow';
import { chatParameters } from '../../../tools/engine/createExecuteContext';
import { runChatNode } from '../../support/chatNode';
import { useSimulator } from '../../support/useSimulator';

const simulator = useSimulator();

async function run(parameters: INodeParameters) {
	const { items } = await runChatNode({
		baseUrl: simulator.baseUrl,
		parameters: chatParameters({ responseFormat: 'json_schema', ...parameters }),
		onError: 'continueRegularOutput',
	});
	const body = simulator.requests.at(-1)?.body as JsonObject | undefined;
	return { json: items[0]?.json, format: body?.response_format as JsonObject | undefined };
}

const schema = {
	type: 'object',
	properties: { mood: { type: 'string' } },
	required: ['mood'],
	additionalProperties: false,
};
const format = (changes: JsonObject = {}) => ({
	type: 'json_schema',
	json_schema: { name: 'answer', strict: true, schema, ...changes },
});

describe('the schema', () => {
	test('comes from an example', async () => {
		const { format: sent, json } = await run({ jsonExample: '{"mood": "good"}' });
		expect(sent).toEqual(format());
		expect(json).toMatchObject({ output: { mood: expect.any(String) } });
	});

	test('comes from the default example if nothing was changed', async () => {
		const { format: sent } = await run({});
		expect(sent).toMatchObject({ json_schema: { schema: { required: ['category', 'summary'] } } });
	});

	test.each([
		['as text', JSON.stringify(schema)],
		[
			'from an expression',
			'={{ ({ type: "object", properties: { mood: { type: "string" } }, required: ["mood"], additionalProperties: false }) }}',
		],
		['of a node that was saved before there were examples', JSON.stringify(schema), undefined],
	])('is taken %s', async (_, jsonSchema, schemaType: string | undefined = 'manual') => {
		expect((await run({ schemaType, jsonSchema })).format).toEqual(format());
	});

	test('of a saved node gives way to an example that the user enters', async () => {
		const { format: sent } = await run({
			jsonSchema: '{"type": "string"}',
			jsonExample: '{"mood": "good"}',
		});
		expect(sent).toEqual(format());
	});

	test.each([
		['the schema with its name', { name: 'feeling', strict: false, schema }],
		['the format', { type: 'json_schema', json_schema: { name: 'feeling', schema } }],
		[
			'the request',
			{ response_format: { type: 'json_schema', json_schema: { name: 'feeling', schema } } },
		],
	])("is unwrapped from %s in OpenAI's form", async (_, wrapped) => {
		const { format: sent } = await run({
			schemaType: 'manual',
			jsonSchema: JSON.stringify(wrapped),
		});
		expect(sent).toEqual(format({ name: 'feeling' }));
	});

	test('is not mistaken for a wrapper if it describes a schema', async () => {
		const described = { type: 'object', properties: { name: {}, schema: {} } };
		const { format: sent } = await run({
			schemaType: 'manual',
			jsonSchema: JSON.stringify(described),
		});
		expect(sent).toEqual(format({ schema: described }));
	});
});

test.each<[INodeParameters, RegExp, RegExp]>([
	[
		{ schemaType: 'manual', jsonSchema: '{"properties": {"a": {"type": "strng"}}}' },
		/^'JSON Schema' is not valid: properties\.a\.type must be one of string, number/,
		/Correct the schema/,
	],
	[{ schemaType: 'manual', jsonSchema: ' ' }, /^'JSON Schema' is empty/, /Enter the JSON Schema/],
	[{ jsonExample: '' }, /^'JSON Example' is empty/, /Enter an example/],
	[{ jsonExample: '"bug"' }, /neither a JSON object nor an array/, /in braces/],
	[{ jsonExample: '{"a": ' }, /'JSON Example' is not valid JSON/, /./],
	[{ jsonExample: JSON.stringify(schema) }, /'JSON Example' is a JSON Schema/, /'Schema Type'/],
	[{ responseFormat: '={{ "yaml" }}' }, /'Response Format' has an unknown value/, /json_schema/],
	[{ strictSchema: '={{ "maybe" }}' }, /'Strict Schema' is neither true nor false/, /./],
])('%j is refused before any request', async (parameters, message, advice) => {
	const { json } = await run(parameters);
	expect(json).toMatchObject({
		error: expect.stringMatching(message),
		details: { kind: 'parameter', advice: expect.stringMatching(advice) },
	});
	expect(simulator.requests).toEqual([]);
});

test.each<[INodeParameters, JsonObject | undefined]>([
	[{ responseFormat: '={{ "JSON Object" }}' }, { type: 'json_object' }],
	[{ responseFormat: '={{ "TEXT" }}' }, undefined],
	[
		{ strictSchema: '={{ "false" }}', schemaType: 'manual', jsonSchema: JSON.stringify(schema) },
		format({ strict: false }),
	],
])('%j from an expression is understood', async (parameters, expected) => {
	expect((await run(parameters)).format).toEqual(expected);
});
