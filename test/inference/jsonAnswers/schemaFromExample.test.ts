import fc from 'fast-check';
import type { JsonObject, JsonValue } from 'n8n-workflow';
import { findSchemaProblems } from '../../../inference/jsonAnswers/findSchemaProblems';
import { JsonSchema } from '../../../inference/jsonAnswers/JsonSchema';
import { schemaFromExample } from '../../../inference/jsonAnswers/schemaFromExample';

const anySimple = { type: ['string', 'number', 'boolean', 'null'] };

test.each<[string, JsonValue, JsonObject]>([
	[
		'an object',
		{ category: 'bug', score: 1, open: true },
		{
			type: 'object',
			properties: {
				category: { type: 'string' },
				score: { type: 'number' },
				open: { type: 'boolean' },
			},
			required: ['category', 'score', 'open'],
			additionalProperties: false,
		},
	],
	['a list of numbers', [1, 2.5], { type: 'array', items: { type: 'number' } }],
	['an empty list', [], { type: 'array' }],
	['null', null, anySimple],
	['a list of unknown values', [null], { type: 'array', items: anySimple }],
	[
		'values of several types',
		[1, 'a', null],
		{ type: 'array', items: { anyOf: [{ type: 'number' }, { type: 'string' }, { type: 'null' }] } },
	],
	[
		'a field that only some objects have',
		[{ a: 1 }, { a: 2, b: 'x' }],
		{
			type: 'array',
			items: {
				type: 'object',
				properties: { a: { type: 'number' }, b: { anyOf: [{ type: 'string' }, { type: 'null' }] } },
				required: ['a', 'b'],
				additionalProperties: false,
			},
		},
	],
	[
		'nested lists',
		[[1], ['a']],
		{
			type: 'array',
			items: { type: 'array', items: { anyOf: [{ type: 'number' }, { type: 'string' }] } },
		},
	],
])('%s', (_, example, schema) => {
	expect(schemaFromExample(example)).toEqual(schema);
});

test('every example matches its own schema', () => {
	// Of the objects in one list, each may lack fields that the schema requires of all of them.
	const { example } = fc.letrec<{ example: JsonValue }>((tie) => ({
		example: fc.oneof(
			{ maxDepth: 5 },
			fc.string(),
			fc.double({ noNaN: true, noDefaultInfinity: true }),
			fc.boolean(),
			fc.constant(null),
			fc.array(tie('example'), { maxLength: 1 }),
			fc.dictionary(fc.string(), tie('example'), { maxKeys: 4 }) as fc.Arbitrary<JsonValue>,
		),
	}));
	fc.assert(
		fc.property(example, (value) => {
			const copy = JSON.parse(JSON.stringify(value)) as JsonValue;
			const schema = schemaFromExample(copy);
			expect(findSchemaProblems(schema)).toEqual([]);
			expect(new JsonSchema(schema).check(copy)).toEqual([]);
		}),
		{ numRuns: 1000 },
	);
});
