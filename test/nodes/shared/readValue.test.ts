import {
	checkedChoice,
	findChoice,
	isBlank,
	isUnset,
	readBoolean,
	readChoice,
	readFilledText,
	readInteger,
	readJson,
	readJsonArray,
	readJsonObject,
	readNames,
	readNumber,
	readSeconds,
	readText,
	readTexts,
	valuesOf,
} from '../../../nodes/shared/readValue';
import { errorThrownBy } from '../../support/errorThrownBy';

describe('unset values', () => {
	test.each([undefined, null])('%p counts as unset for every kind of value', (value) => {
		expect(isUnset(value)).toBe(true);
		for (const read of [readNumber, readInteger, readBoolean, readJson]) {
			expect(read(value, 'Field')).toBeUndefined();
		}
		for (const read of [readText, readFilledText, readTexts]) expect(read(value)).toBeUndefined();
		expect(readNames(value)).toEqual([]);
		for (const read of [readJsonObject, readJsonArray]) {
			expect(read(value, 'Field')).toBeUndefined();
		}
	});

	test('zero, false, and empty text count as set', () => {
		expect([0, false, ''].map(isUnset)).toEqual([false, false, false]);
	});

	test('blank text counts as unset for everything but text itself', () => {
		const reads = [readNumber, readInteger, readBoolean, readJson, readJsonObject, readJsonArray];
		for (const read of reads) expect(read(' \n', 'Field')).toBeUndefined();
		expect(readFilledText(' ')).toBeUndefined();
		expect(readNames(' \n')).toEqual([]);
		expect(readText(' ')).toBe(' ');
		expect([undefined, null, '', ' \n', 0, false, []].map(isBlank)).toEqual([
			...[true, true, true, true],
			...[false, false, false],
		]);
	});
});

describe('a number', () => {
	test.each([
		[0, 0],
		[' -1.5 ', -1.5],
		['1e3', 1000],
		['  5 ', 5],
		['010', 10],
	])('%p is read as %p', (value, number) => {
		expect(readNumber(value, 'Field')).toBe(number);
	});

	const notNumbers = [true, false, [], [5], {}, 'five', Number.NaN, Infinity, '-Infinity'];

	test.each([...notNumbers, 'NaN', '0x10', ' 0B1', '0o7', '1,5', '5 items'])(
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

	test('a whole number may have a minimum', () => {
		expect(readInteger(-1, 'Seed')).toBe(-1);
		expect(readInteger('0', 'Max Retries', 0)).toBe(0);
		expect(readInteger(1, 'Max Tokens', 1)).toBe(1);
		expect(readInteger('', 'Max Tokens', 1)).toBeUndefined();
		expect(errorThrownBy(() => readInteger(-1, 'Max Retries', 0))).toMatchObject({
			message: "'Max Retries' is below zero",
			advice: "Enter 0 or more for 'Max Retries'.",
		});
		expect(errorThrownBy(() => readInteger(0, 'Max Tokens', 1))).toMatchObject({
			message: "'Max Tokens' is below one",
			advice: "Enter 1 or more for 'Max Tokens'.",
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
		['TRUE', true],
		[' true\n', true],
		[1, true],
		['1', true],
		[false, false],
		['false', false],
		['False', false],
		[0, false],
		['0', false],
	])('%p is read as %p', (value, expected) => {
		expect(readBoolean(value, 'Stream')).toBe(expected);
	});

	test.each([2, -1, 'yes', 'tru', [], [true], {}])('%p is neither true nor false', (value) => {
		expect(errorThrownBy(() => readBoolean(value, 'Stream'))).toMatchObject({
			message: "'Stream' is neither true nor false",
			advice: "Set 'Stream' to true or false.",
		});
	});
});

describe('a choice', () => {
	const formats = ['text', { name: 'As JSON', value: 'json_object' }] as const;
	const read = (value: unknown) => readChoice(value, 'Format', formats, 'text');

	test.each([
		['json_object', 'json_object'],
		[' JSON_Object ', 'json_object'],
		['JSON Object', 'json_object'],
		['json-object', 'json_object'],
		['As JSON', 'json_object'],
		['as json', 'json_object'],
		['TEXT', 'text'],
	])('is found by its value or name in any case: %j is %s', (value, choice) => {
		expect(read(value)).toBe(choice);
		expect(checkedChoice(value, 'Format', formats)).toBe(choice);
		expect(findChoice(value, formats)).toBe(choice);
	});

	test.each([undefined, null, '', ' \n'])('is the default for %j', (value) => {
		expect(readChoice(value, 'Format', formats, 'json_object')).toBe('json_object');
		expect(errorThrownBy(() => checkedChoice(value, 'Format', formats))).toBeTruthy();
	});

	test.each(['json', 'jsonobject', 5, true, ['text'], { type: 'text' }])(
		'that does not exist, such as %j, is rejected with the values that do',
		(value) => {
			expect(findChoice(value, formats)).toBeUndefined();
			expect(errorThrownBy(() => read(value))).toMatchObject({
				kind: 'parameter',
				message: "'Format' has an unknown value",
				advice: "Use one of these values for 'Format': text, json_object.",
			});
		},
	);

	test('may have several names, and is listed once', () => {
		const roles = [
			'user',
			{ name: 'human', value: 'user' },
			{ name: 'me', value: 'user' },
		] as const;
		for (const role of ['Human', 'ME', 'user']) expect(findChoice(role, roles)).toBe('user');
		expect(valuesOf(roles)).toEqual(['user']);
	});

	test('can be a number or a boolean', () => {
		expect(findChoice(503, ['429', '503'])).toBe('503');
		expect(findChoice(true, [{ name: 'true', value: 'on' }])).toBe('on');
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
	});

	test('that is not blank keeps its blanks', () => {
		expect(readFilledText(' a ')).toBe(' a ');
		expect(readFilledText(0)).toBe('0');
	});
});

describe('a list of texts', () => {
	test.each([
		[
			['END', '', null, 5, ' '],
			['END', '5', ' '],
		],
		['END', ['END']],
		['one, two', ['one, two']],
		['\n', ['\n']],
		['["one, two", "", "END"]', ['one, two', 'END']],
		[
			[['a', 'b'], 'c'],
			['a', 'b', 'c'],
		],
		['[1]', ['[1]']],
		['[INST]', ['[INST]']],
		[['["a"]'], ['["a"]']],
	])('is read from %j as %j', (value, texts) => {
		expect(readTexts(value)).toEqual(texts);
	});

	test.each(['', '[]', '[""]', [[]], [['', null]]])('is unset if it is empty: %j', (value) => {
		expect(readTexts(value)).toBeUndefined();
	});
});

describe('a list of names', () => {
	test.each<[unknown, string[]]>([
		['a/b, c/d', ['a/b', 'c/d']],
		['a/b\r\nc/d\n', ['a/b', 'c/d']],
		['["a/b", "c/d"]', ['a/b', 'c/d']],
		['[429, 503]', ['429', '503']],
		[429, ['429']],
		[
			[408, ' 503 ', '', null, 'a, b'],
			['408', '503', 'a', 'b'],
		],
		[
			[['a', 'b'], 'c'],
			['a', 'b', 'c'],
		],
		['[]', []],
		[[], []],
	])('is read from %j as %j', (value, names) => {
		expect(readNames(value)).toEqual(names);
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
