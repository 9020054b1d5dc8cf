import fc from 'fast-check';
import type { JsonObject, JsonValue } from 'n8n-workflow';
import { readJsonAnswer, type JsonFormat } from '../../../inference/jsonAnswers/readJsonAnswer';

const anyObject: JsonFormat = { type: 'json_object' };

function schemaFormat(schema: JsonObject): JsonFormat {
	return { type: 'json_schema', name: 'answer', schema, strict: true };
}

const review: JsonObject = {
	type: 'object',
	properties: { a: { type: 'number' }, tags: { type: 'array', items: { type: 'string' } } },
	required: ['a'],
	additionalProperties: false,
};
const list: JsonObject = { type: 'array', items: { type: 'number' } };

const fence = '```';
const a1 = { a: 1 };
const noJson = 'contains no JSON value';

/** What models write, the format, and the value or the problems as `path message`. */
const written: Array<
	[string, string, JsonFormat | JsonObject, JsonValue | { problems: string[] }]
> = [
	['only the JSON', '{"a": 1}', review, a1],
	['JSON with line breaks around it', '\n\n {"a": 1}\n', review, a1],
	['a byte order mark', '\uFEFF{"a": 1}', review, a1],
	['a sentence before', 'Here is the JSON you asked for:\n{"a": 1}', review, a1],
	['a sentence after', '{"a": 1}\n\nHope this helps!', review, a1],
	['sentences on both sides', 'Sure! {"a": 1} Anything else?', review, a1],
	['a fence', `${fence}json\n{"a": 1}\n${fence}`, review, a1],
	['a fence without a language', `${fence}\n{"a": 1}\n${fence}`, review, a1],
	['a fence in capitals', `${fence}JSON\n{"a": 1}\n${fence}`, review, a1],
	['a fence for JSON5', `${fence}json5\n{"a": 1}\n${fence}`, review, a1],
	['a fence on one line', `${fence}json {"a": 1}${fence}`, review, a1],
	['a fence without a space', `${fence}{"a": 1}${fence}`, review, a1],
	['a fence of tildes', '~~~json\n{"a": 1}\n~~~', review, a1],
	['a longer fence', `${fence}\`json\n{"a": 1}\n${fence}\``, review, a1],
	['a fence that never closes', `${fence}json\n{"a": 1}`, review, a1],
	['text and a fence', `Sure!\n${fence}json\n{"a": 1}\n${fence}\nDone.`, review, a1],
	['inline code', 'The answer is `{"a": 1}`.', review, a1],
	['a fence inside a string', '{"text": "```js\\n1\\n```"}', anyObject, { text: '```js\n1\n```' }],
	['an example before the answer', 'Like {"b": 2}, so: {"a": 1}', review, a1],
	['an example after the answer', '{"a": 1} rather than {"b": 2}', review, a1],
	['a first and a better answer', '{"a": 2}\nWait, no:\n{"a": 1}', review, a1],
	[
		'the answer in another object',
		'{"answer": {"a": 1}}',
		review,
		{ problems: ['a is missing', 'answer is not allowed by the schema'] },
	],
	['brackets in the prose', 'As in [1] and {name}, see (b): {"a": 1}', review, a1],
	['a Markdown link', '[the docs](https://x.y) say {"a": 1}', review, a1],
	['a template', 'Use {{ $json.a }} here. {"a": 1}', review, a1],
	[
		'braces in strings',
		'So: {"a": 1, "tags": ["}", "{", "\\""]}',
		review,
		{ a: 1, tags: ['}', '{', '"'] },
	],
	['a trailing comma', '{"a": 1, "tags": ["x",],}', review, { a: 1, tags: ['x'] }],
	['single quotes', "{'a': 1}", review, a1],
	['keys without quotes', 'Result: {a: 1}', review, a1],
	['Python literals', '{"a": 1, "b": None, "c": True}', anyObject, { a: 1, b: null, c: true }],
	['comments', '{"a": 1 // one\n}', review, a1],
	['smart quotes', '{“a”: 1}', review, a1],
	['a line break in a string', '{"text": "one\ntwo"}', anyObject, { text: 'one\ntwo' }],
	['a missing last brace', '{"a": 1, "tags": ["x"]', review, { a: 1, tags: ['x'] }],
	['almost JSON in a fence', `${fence}json\n{'a': 1,}\n${fence}`, review, a1],
	['JSON encoded twice', '"{\\"a\\": 1}"', review, a1],
	['a list', '[1, 2]', list, [1, 2]],
	['a list in a sentence', 'The numbers are [1, 2].', list, [1, 2]],
	['a list instead of an object', '[1]', review, { problems: [' must be object, not array'] }],
	['a list in JSON mode', '[{"a": 1}]', anyObject, [a1]],
	['a list of objects in a sentence', 'They are [{"a": 1}].', anyObject, [a1]],
	[
		'only a reference',
		'As noted in [1], I cannot know.',
		anyObject,
		{ problems: [' contains no JSON object'] },
	],
	['a string', '"blue"', schemaFormat({ type: 'string' }), 'blue'],
	['null', 'null', schemaFormat({ type: 'null' }), null],
	['a number', ' 42\n', schemaFormat({ type: 'integer' }), 42],
	['prose', 'I am not sure.', review, { problems: [` ${noJson}`] }],
	['nothing', '', review, { problems: [' is empty'] }],
	['white space', ' \n\n ', review, { problems: [' is empty'] }],
	['a wrong type', '{"a": "1"}', review, { problems: ['a must be number, not string'] }],
	[
		'a missing and an extra field',
		'{"b": 2}',
		review,
		{ problems: ['a is missing', 'b is not allowed by the schema'] },
	],
	[
		'a wrong type in a list',
		'{"a": 1, "tags": ["x", 2]}',
		review,
		{ problems: ['tags[1] must be string, not number'] },
	],
	['HTML', '<html><body>Busy</body></html>', anyObject, { problems: [` ${noJson}`] }],
];

test.each(written)('%s', (_, text, formatOrSchema, expected) => {
	const isFormat = formatOrSchema.type === 'json_object' || formatOrSchema.type === 'json_schema';
	const format = isFormat
		? (formatOrSchema as JsonFormat)
		: schemaFormat(formatOrSchema as JsonObject);
	const { value, fault } = readJsonAnswer(text, format, false);
	if (typeof expected === 'object' && expected !== null && 'problems' in expected) {
		expect(fault?.problems.map(({ path, message }) => `${path} ${message}`)).toEqual(
			expected.problems,
		);
	} else {
		expect(fault).toBeUndefined();
		expect(value).toEqual(expected);
	}
});

test('has at least 40 shapes of what models write', () => {
	expect(written.length).toBeGreaterThanOrEqual(40);
});

test('an answer that was cut off gives no part of a broken value', () => {
	const text = 'Sure: {"items": [{"a": 1}, {"a": 2}, {"a"';
	for (const format of [anyObject, schemaFormat(review)]) {
		expect(readJsonAnswer(text, format, true).fault).toBeDefined();
	}
	expect(
		readJsonAnswer('{"a": 1} and then the text goes', schemaFormat(review), true).value,
	).toEqual(a1);
});

test('without a schema, a part of a broken value is not taken for the answer', () => {
	const text = '{"items": [{"a": 1}, {"a": 2}, oops oops: oops';
	expect(readJsonAnswer(text, anyObject, false).value).not.toEqual({ a: 2 });
	// This one cannot be repaired, so that nothing but the part is left.
	expect(readJsonAnswer('{"k" = > {"a": 1}', anyObject, false).fault?.reason).toBe('notJson');
});

test('a part of a broken value that matches the schema is the answer', () => {
	const text = '{"thinking "so" I said": , "answer" {"a": 1}';
	expect(readJsonAnswer(text, schemaFormat(review), false).value).toEqual(a1);
});

describe('the reason', () => {
	test.each([
		['', 'emptyAnswer'],
		['No.', 'notJson'],
		['{"a": "x"}', 'schemaMismatch'],
	])('of %p is %s', (text, reason) => {
		expect(readJsonAnswer(text, schemaFormat(review), false).fault?.reason).toBe(reason);
	});
});

test('a schema that nobody could check before does not lose the answer', () => {
	const broken = schemaFormat({ type: 'strng' });
	expect(readJsonAnswer('{"a": 1}', broken, false).value).toEqual(a1);
});

test('an answer with thousands of open brackets is read in linear time', () => {
	const text = '{"a": ['.repeat(20_000);
	expect(readJsonAnswer(text, anyObject, false).fault).toBeDefined();
});

describe('no JSON value is lost', () => {
	const prose = fc.string({
		unit: fc.constantFrom(
			'a',
			'b',
			' ',
			'\n',
			'.',
			'(',
			')',
			'"',
			"'",
			'\\',
			'`',
			',',
			':',
			'}',
			']',
		),
		maxLength: 40,
	});
	const jsonObject = fc
		.dictionary(fc.string(), fc.jsonValue({ maxDepth: 3 }), { minKeys: 1 })
		.map((value) => JSON.parse(JSON.stringify(value)) as JsonObject);

	test('inside any prose', () => {
		fc.assert(
			fc.property(prose, jsonObject, prose, fc.boolean(), (before, value, after, isIndented) => {
				const text = before + JSON.stringify(value, null, isIndented ? 2 : undefined) + after;
				expect(readJsonAnswer(text, anyObject, false).value).toEqual(value);
			}),
			{ numRuns: 2000 },
		);
	});

	test('inside prose with brackets, if a schema tells it from other values', () => {
		const brackets = fc.constantFrom(
			'{name}',
			'[1]',
			'{{ x }}',
			'[see](y)',
			'{"b": 2}',
			'[]',
			'{ x',
		);
		const schema = schemaFormat({ type: 'object', required: ['wanted'] });
		fc.assert(
			fc.property(
				fc.array(fc.oneof(prose, brackets)),
				jsonObject,
				fc.array(fc.oneof(prose, brackets)),
				(before, value, after) => {
					const wanted = { ...value, wanted: true };
					const text = [...before, JSON.stringify(wanted), ...after].join(' ');
					expect(readJsonAnswer(text, schema, false).value).toEqual(wanted);
				},
			),
			{ numRuns: 2000 },
		);
	});
});
