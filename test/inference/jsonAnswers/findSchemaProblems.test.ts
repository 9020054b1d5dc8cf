import type { JsonValue } from 'n8n-workflow';
import { findSchemaProblems } from '../../../inference/jsonAnswers/findSchemaProblems';

const found = (schema: JsonValue) =>
	findSchemaProblems(schema).map(({ path, message }) => `${path}: ${message}`);

test.each<[string, JsonValue, string]>([
	['an unknown type', { type: 'strng' }, 'type: must be one of string, number'],
	['a type in a list', { type: ['string', 'nil'] }, 'type: must be one of'],
	['no type', { type: [] }, 'type: must be one of'],
	[
		'a type instead of a schema',
		{ type: 'object', properties: { name: 'string' } },
		'properties.name: must be a schema such as {"type": "string"}',
	],
	['a list of properties', { properties: ['name'] }, 'properties: must be an object'],
	['a single required name', { required: 'name' }, 'required: must be a list of property names'],
	['an empty enum', { enum: [] }, 'enum: must be a list of values'],
	['an empty anyOf', { anyOf: [] }, 'anyOf: must be a list of schemas'],
	['a broken pattern', { items: { pattern: '(' } }, 'items.pattern: must be a regular expression'],
	['a minimum in quotes', { minimum: '1' }, 'minimum: must be a number'],
	['half an item', { minItems: 0.5 }, 'minItems: must be 0 or a whole number'],
	[
		'a draft 4 limit of another type',
		{ exclusiveMinimum: 'x' },
		'exclusiveMinimum: must be a number',
	],
	[
		'a reference to nowhere',
		{ properties: { a: { $ref: '#/$defs/missing' } } },
		"properties.a.$ref: refers to '#/$defs/missing', which the schema does not contain",
	],
	['a remote reference', { $ref: 'https://example.com/a.json' }, '$ref: refers to'],
	[
		'a required property that is not allowed',
		{ type: 'object', properties: { a: {} }, required: ['b'], additionalProperties: false },
		": requires 'b', which is not one of its properties",
	],
	[
		'a deep problem',
		{ anyOf: [{}, { items: { type: 1 } }] },
		'anyOf[1].items.type: must be one of',
	],
	['a list instead of a schema', [], ': must be a schema'],
])('%s is reported with its path', (_, schema, problem) => {
	expect(found(schema)).toHaveLength(1);
	expect(found(schema)[0]).toContain(problem);
});

test.each<[string, JsonValue]>([
	['true', true],
	['an empty schema', {}],
	['unknown keywords', { type: 'string', 'x-order': 3, title: 5 }],
	[
		'a property that is called like a keyword',
		{ properties: { type: { type: 'string' }, enum: {} } },
	],
	['a reference to itself', { properties: { child: { $ref: '#' } } }],
	['a reference to a definition', { $defs: { 'a/b': {} }, $ref: '#/$defs/a~1b' }],
	['an escaped reference', { $defs: { 'a b': {} }, $ref: '#/$defs/a%20b' }],
	['a reference to an anchor', { $defs: { a: { $anchor: 'here' } }, $ref: '#here' }],
	['a reference to an ID', { $defs: { a: { $id: 'https://x.y/a' } }, $ref: 'https://x.y/a' }],
	['a draft 4 limit', { minimum: 1, exclusiveMinimum: true }],
	['a nullable type', { type: ['string', 'null'] }],
	['a property called __proto__', JSON.parse('{"properties": {"__proto__": {"type": "string"}}}')],
])('%s is allowed', (_, schema) => {
	expect(found(schema)).toEqual([]);
});
