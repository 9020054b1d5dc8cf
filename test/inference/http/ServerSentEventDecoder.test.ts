import { ServerSentEventDecoder } from '../../../inference/http/ServerSentEventDecoder';

const decode = (pieces: string[]) => {
	const decoder = new ServerSentEventDecoder();
	return pieces.flatMap((piece) => decoder.push(piece));
};

const dataOf = (pieces: string[]) => decode(pieces).map(({ data }) => data);

describe('ServerSentEventDecoder', () => {
	test.each([
		['removes one space after the colon and no more', 'data:  a\n\n', [' a']],
		['needs no space after the colon', 'data:a\n\n', ['a']],
		['joins the data lines of one event', 'data: a\ndata:b\n\n', ['a\nb']],
		['treats the line "data" as empty data', 'data: a\ndata\n\n', ['a\n']],
		['returns an event with empty data', 'data:\n\n', ['']],
		['ignores comments', ': ping\n\n:\n\ndata: a\n: inside\n\n', ['a']],
		['ignores other fields', 'event: x\nid: 1\nretry: 5\ndatabase: y\ndata: a\n\n', ['a']],
		['returns nothing for an event without data', 'event: ping\n\n\n\n', []],
		['drops an event without its empty line', 'data: a\n\ndata: b\n', ['a']],
		['ends lines at CR', 'data: a\rdata: b\r\rdata: c\r\r', ['a\nb', 'c']],
		['ends lines at CRLF', 'data: a\r\ndata: b\r\n\r\ndata: c\r\n\r\n', ['a\nb', 'c']],
		['ends lines at a mixture of them', 'data: a\r\n\ndata: b\n\rdata: c\r\r\n', ['a', 'b', 'c']],
		['keeps colons and spaces inside data', 'data: a: b \n\n', ['a: b ']],
	])('%s', (_, text, expected) => {
		expect(dataOf([text])).toEqual(expected);
		expect(dataOf([...text])).toEqual(expected);
		for (let offset = 0; offset <= text.length; offset += 1) {
			expect(dataOf([text.slice(0, offset), '', text.slice(offset)])).toEqual(expected);
		}
	});

	test.each([
		['with and without a space', 'event: error\ndata: a\n\nevent:ping\ndata: b\n\n', 'error,ping'],
		['behind the data', 'data: a\nevent: error\n\n', 'error'],
		['that is repeated, by its last value', 'event: a\nevent: b\ndata: c\n\n', 'b'],
		['for one event only', 'event: error\ndata: a\n\ndata: b\n\n', 'error,'],
		['of an event without data, which counts for no other', 'event: error\n\ndata: a\n\n', ''],
		['that is similar to no other field', 'events: error\nevent\ndata: a\n\n', ''],
	])('returns a type %s', (_, text, types) => {
		const typesOf = (pieces: string[]) => decode(pieces).map(({ type }) => type);
		expect(typesOf([text]).join(',')).toBe(types);
		expect(typesOf([...text]).join(',')).toBe(types);
	});

	test('returns an event as soon as its empty line begins', () => {
		const decoder = new ServerSentEventDecoder();
		expect(decoder.push('data: a\r')).toEqual([]);
		expect(decoder.push('\n')).toEqual([]);
		expect(decoder.push('\r')).toEqual([{ type: '', data: 'a' }]);
		expect(decoder.push('\ndata: b\n\n')).toEqual([{ type: '', data: 'b' }]);
	});

	test('joins a line that arrives in a hundred thousand pieces', () => {
		const decoder = new ServerSentEventDecoder();
		expect(decoder.push('data: ')).toEqual([]);
		for (let piece = 0; piece < 100_000; piece += 1) decoder.push('ab');
		expect(decoder.push('\n\n')).toEqual([{ type: '', data: 'ab'.repeat(100_000) }]);
	});
});
