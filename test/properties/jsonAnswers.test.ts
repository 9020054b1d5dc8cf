import fc from 'fast-check';
import type { JsonObject } from 'n8n-workflow';
import { findJson } from '../../inference/jsonAnswers/findJson';
import { readJsonAnswer, type JsonFormat } from '../../inference/jsonAnswers/readJsonAnswer';

/** Text made of what decides where JSON begins and ends. */
const pieces = fc.oneof(
	fc.string({ unit: 'binary', maxLength: 20 }),
	fc.json({ maxDepth: 3 }),
	fc.constantFrom(
		...['{', '}', '[', ']', '"', "'", '\\', ',', ':', '```', '```json\n', '~~~', '\n', '\uFEFF'],
		...['{a: 1}', "{'a': 1,}", '{"a"', '[1', 'null', 'None', '//', '/*', '{{', '}}', '“', '\ud83d'],
	),
);
const text = fc.array(pieces, { maxLength: 15 }).map((parts) => parts.join(''));
const schema = fc.constantFrom<JsonObject>(
	{ type: 'object', required: ['a'], properties: { a: { type: 'number' } } },
	{ type: 'array', items: { type: 'number' } },
	{ type: 'string' },
	{},
);
const format = fc.oneof(
	fc.constant<JsonFormat>({ type: 'json_object' }),
	schema.map((value): JsonFormat => {
		return { type: 'json_schema', name: 'answer', schema: value, strict: true };
	}),
);

test('any text is an answer with a value of the format, or has a fault with a reason', () => {
	fc.assert(
		fc.property(text, format, fc.boolean(), (written, wanted, isCutOff) => {
			const { value, fault } = readJsonAnswer(written, wanted, isCutOff);
			expect(value === undefined).toBe(fault !== undefined);
			if (fault) expect(fault.problems.length).toBeGreaterThan(0);
			else expect(JSON.parse(JSON.stringify(value))).toEqual(value);
		}),
		{ numRuns: 2000 },
	);
});

test('an answer that was cut off gives nothing that is not in it as valid JSON', () => {
	fc.assert(
		fc.property(text, (written) => {
			const places = [...findJson(written, true)].map(({ place }) => place);
			expect(places).toEqual(['whole', 'fenced', 'embedded']);
		}),
		{ numRuns: 500 },
	);
});

test('every JSON value in a text is found, whatever is in its strings', () => {
	const embedded = fc.oneof(
		fc.dictionary(fc.string({ unit: 'binary' }), fc.jsonValue({ maxDepth: 3 }), { minKeys: 1 }),
		fc.array(fc.jsonValue({ maxDepth: 2 }), { minLength: 1 }),
	);
	const words = fc.string({ unit: fc.constantFrom('a', ' ', '\n', '.', '(', ')', ',', '!') });
	fc.assert(
		fc.property(fc.array(fc.tuple(words, embedded), { maxLength: 5 }), words, (parts, end) => {
			const written = parts.map(([word, value]) => `${word} ${JSON.stringify(value)}`).join('');
			const found = [...findJson(`So: ${written} ${end}`, false)].flatMap(({ values }) => values);
			for (const [, value] of parts) {
				expect(found).toContainEqual(JSON.parse(JSON.stringify(value)));
			}
		}),
		{ numRuns: 1000 },
	);
});
