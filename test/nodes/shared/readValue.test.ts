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
import { errorThrownBy } from '../../support/errorThrownBy';

describe('unset values', () => {
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

	test('zero, false, and empty text count as set', () => {
		expect([0, false, ''].map(isUnset)).toEqual([false, false, false]);
	});

	test('blank text counts as unset for numbers and JSON', () => {
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
		'%p is not a number',
		(value) => {
			expect(errorThrownBy(() => readNumber(value, 'Top P'))).toMatchObject({
				kind: 'parameter',
				message: "'Top P' is not a number",
				advice: "Enter a number for 'Top P', e.g. 1.",
			});
		},
	);

	test('a whole number has no fraction, even as text', () => {
		expect(readInteger('20', 'Seed')).toBe(20);
		expect(errorThrownBy(() => readInteger('1.5', 'Seed'))).toMatchObject({
			message: "'Seed' is not a whole number",
			advice: "Enter a number without a fraction for 'Seed', e.g. 100.",
		});
	});

	test('a duration is the fallback if unset, but not if set to zero', () => {
		expect(readSeconds('', 'Timeout', 300)).toBe(300);
		expect(readSeconds(0, 'Timeout', 300)).toBe(0);
		expect(errorThrownBy(() => readSeconds(-0.5, 'Timeout', 300))).toMatchObject({
			message: "'Timeout' is below zero",
			advice: "Enter 0 or more seconds for 'Timeout'.",
		});
	});
});

describe('a boolean', () => {
	test.each([
		[true, true],
		['true', true],
		[false, false],
		['false', false],
	])('%p is read as %p', (value, expected) => {
		expect(readBoolean(value, 'Stream')).toBe(expected);
	});

	test.each([0, 1, '', 'yes', 'TRUE'])('%p is neither true nor false', (value) => {
		expect(errorThrownBy(() => readBoolean(value, 'Stream'))).toMatchObject({
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

	test('in a list keeps its position, even if an expression resolved to nothing', () => {
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

	test('that is invalid is rejected with advice', () => {
		expect(errorThrownBy(() => readJson('{secret', 'Extra Body'))).toMatchObject({
			message: "'Extra Body' is not valid JSON",
			advice:
				"Check quotes, commas and brackets in 'Extra Body'. To insert text from an expression, use JSON.stringify().",
		});
	});

	test.each(['null', '[]', '"a"', '5', true, [1]])('%j is not an object', (value) => {
		expect(errorThrownBy(() => readJsonObject(value, 'Extra Body'))).toMatchObject({
			message: "'Extra Body' is not a JSON object",
			advice: 'Enter \'Extra Body\' as an object in braces, e.g. {"name": "value"}.',
		});
	});

	test.each(['null', '{}', '"a"', '5', { length: 0 }])('%j is not an array', (value) => {
		expect(errorThrownBy(() => readJsonArray(value, 'Functions'))).toMatchObject({
			message: "'Functions' is not a JSON array",
			advice: "Enter 'Functions' as a list in square brackets.",
		});
	});

	test('of the right type is returned unchanged', () => {
		expect(readJsonObject('{}', 'Extra Body')).toEqual({});
		expect(readJsonObject({ a: null }, 'Extra Body')).toEqual({ a: null });
		expect(readJsonArray('[]', 'Functions')).toEqual([]);
		expect(readJsonArray([1], 'Functions')).toEqual([1]);
	});
});
