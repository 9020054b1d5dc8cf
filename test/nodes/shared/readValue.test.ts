import {
	isUnset,
	readBoolean,
	readInteger,
	readJson,
	readJsonArray,
	readJsonObject,
	readNumber,
	readSeconds,
	readText,
	readTexts,
} from '../../../nodes/shared/readValue';
import { failureOf } from '../../support/failureOf';

describe('nothing given', () => {
	test.each([undefined, null])('%p counts as unset for every kind of value', (value) => {
		expect(isUnset(value)).toBe(true);
		for (const read of [readNumber, readInteger, readBoolean, readJson]) {
			expect(read(value, 'Field')).toBeUndefined();
		}
		for (const read of [readText, readTexts]) expect(read(value)).toBeUndefined();
		for (const read of [readJsonObject, readJsonArray]) {
			expect(read(value, 'Field')).toBeUndefined();
		}
	});

	test('a zero, false and empty text are something given', () => {
		expect([0, false, ''].map(isUnset)).toEqual([false, false, false]);
	});

	test('blank text is no number and no JSON', () => {
		for (const read of [readNumber, readInteger, readJson, readJsonObject, readJsonArray]) {
			expect(read(' \n', 'Field')).toBeUndefined();
		}
	});
});

describe('a number', () => {
	test.each([
		[0, 0],
		[' -1.5 ', -1.5],
		['1e3', 1000],
	])('%p is read as %p', (value, number) => {
		expect(readNumber(value, 'Field')).toBe(number);
	});

	test.each([true, false, [], [5], {}, 'five', Number.NaN, Infinity, '-Infinity'])(
		'%p is none',
		(value) => {
			expect(failureOf(() => readNumber(value, 'Top P'))).toMatchObject({
				kind: 'parameter',
				message: "'Top P' is not a number",
				advice: "Give 'Top P' a number, e.g. 1.",
			});
		},
	);

	test('a count comes without a fraction, also from text', () => {
		expect(readInteger('20', 'Seed')).toBe(20);
		expect(failureOf(() => readInteger('1.5', 'Seed'))).toMatchObject({
			message: "'Seed' is not a whole number",
			advice: "Give 'Seed' a number without a fraction, e.g. 100.",
		});
	});

	test('a duration is the fallback while unset, and zero where somebody set zero', () => {
		expect(readSeconds('', 'Timeout', 300)).toBe(300);
		expect(readSeconds(0, 'Timeout', 300)).toBe(0);
		expect(failureOf(() => readSeconds(-0.5, 'Timeout', 300))).toMatchObject({
			message: "'Timeout' is below zero",
			advice: "Give 'Timeout' in seconds, 0 or more.",
		});
	});
});

describe('a switch', () => {
	test.each([
		[true, true],
		['true', true],
		[false, false],
		['false', false],
	])('%p is read as %p', (value, expected) => {
		expect(readBoolean(value, 'Stream')).toBe(expected);
	});

	test.each([0, 1, '', 'yes', 'TRUE'])('%p is neither on nor off', (value) => {
		expect(failureOf(() => readBoolean(value, 'Stream'))).toMatchObject({
			message: "'Stream' is neither true nor false",
			advice: "Set 'Stream' to true or false.",
		});
	});
});

describe('text', () => {
	test.each([
		['', ''],
		[5, '5'],
		[false, 'false'],
		[{ a: [1] }, '{"a":[1]}'],
	])('is read from %j as %j', (value, text) => {
		expect(readText(value)).toBe(text);
		expect(readTexts(value)).toEqual([text]);
	});

	test('in a list keeps its place, also where an expression found nothing', () => {
		expect(readTexts(['END', null, 5])).toEqual(['END', '', '5']);
		expect(readTexts([])).toBeUndefined();
	});
});

describe('JSON', () => {
	test.each([
		['{"a": 1}', { a: 1 }],
		['null', null],
		['0', 0],
		[{ a: 1 }, { a: 1 }],
		[0, 0],
		[false, false],
	])('is read from %j', (value, json) => {
		expect(readJson(value, 'Field')).toEqual(json);
	});

	test('that is broken is refused with a way to mend it', () => {
		expect(failureOf(() => readJson('{secret', 'Extra Body'))).toMatchObject({
			message: "'Extra Body' is not valid JSON",
			advice:
				"Check quotes, commas and brackets in 'Extra Body'. Text from an expression needs JSON.stringify() to be quoted right.",
		});
	});

	test.each(['null', '[]', '"a"', '5', true, [1]])('%j is no object', (value) => {
		expect(failureOf(() => readJsonObject(value, 'Extra Body'))).toMatchObject({
			message: "'Extra Body' is not a JSON object",
			advice: 'Write \'Extra Body\' as an object in braces, e.g. {"name": "value"}.',
		});
	});

	test.each(['null', '{}', '"a"', '5', { length: 0 }])('%j is no array', (value) => {
		expect(failureOf(() => readJsonArray(value, 'Functions'))).toMatchObject({
			message: "'Functions' is not a JSON array",
			advice: "Write 'Functions' as a list in square brackets.",
		});
	});

	test('in the right form comes out as it is', () => {
		expect(readJsonObject('{}', 'Extra Body')).toEqual({});
		expect(readJsonObject({ a: null }, 'Extra Body')).toEqual({ a: null });
		expect(readJsonArray('[]', 'Functions')).toEqual([]);
		expect(readJsonArray([1], 'Functions')).toEqual([1]);
	});
});
