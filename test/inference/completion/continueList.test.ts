import type { JsonObject, JsonValue } from 'n8n-workflow';
import { continueList } from '../../../inference/completion/continueList';

/** The list after these pieces of it. */
function listOf(...pieces: JsonValue[][]): JsonValue[] {
	return pieces.reduce<JsonValue[]>((list, more) => continueList(list, more), []);
}

const reasoning = (index: number, text: string | null, fields: JsonObject = {}): JsonObject => ({
	type: 'reasoning.text',
	index,
	text,
	...fields,
});
const summary = (text: string) => ({ type: 'reasoning.summary', index: 0, summary: text });
const text = (value: string) => ({ type: 'text', text: value });
const image = (url: string) => ({ type: 'image', url });

test('pieces with the same index and type join their texts', () => {
	expect(
		listOf(
			[reasoning(0, 'H')],
			[reasoning(0, 'm'), reasoning(1, 'O')],
			[summary('So')],
			[summary('!'), reasoning(1, 'h')],
		),
	).toEqual([reasoning(0, 'Hm'), reasoning(1, 'Oh'), summary('So!')]);
});

test('other fields keep their first value that is not null', () => {
	const [first, second, third] = [
		reasoning(0, 'H', { signature: null, id: 'r1' }),
		reasoning(0, 'm', { signature: 's1', id: 'r2' }),
		reasoning(0, null, { signature: 's2', format: 'f' }),
	];
	expect(listOf([first], [second], [third])).toEqual([
		reasoning(0, 'Hm', { signature: 's1', id: 'r1', format: 'f' }),
	]);
});

test('without an index, only text continues, and only the last part of an earlier piece', () => {
	expect(listOf([text('a')], [text('b'), text('c')], [image('z')], [text('d')])).toEqual([
		text('ab'),
		text('c'),
		image('z'),
		text('d'),
	]);
	expect(listOf([image('x')], [image('y')])).toEqual([image('x'), image('y')]);
});

test('parts that are not objects are appended', () => {
	expect(listOf(['a', null], ['a', 5], [[text('b')]])).toEqual(['a', null, 'a', 5, [text('b')]]);
});

test('a list that is no list begins anew', () => {
	expect(continueList(undefined, [text('a')])).toEqual([text('a')]);
	expect(continueList({ index: 0 }, [text('a')])).toEqual([text('a')]);
});

test('names of the prototype are only names', () => {
	const poison = JSON.parse('{"type":"t","index":0,"text":"a","__proto__":{"x":1}}') as JsonObject;
	const [part] = listOf([poison], [poison]);
	expect(Object.getPrototypeOf(part)).toBe(Object.prototype);
	expect(part).toMatchObject({ text: 'aa' });
});
