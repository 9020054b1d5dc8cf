import { CodeFence } from '../../../inference/completion/CodeFence';

/** Whether the line after each of these lines is inside of a fenced code block. */
function openAfter(lines: string[]): boolean[] {
	const fence = new CodeFence();
	return lines.map((line) => {
		fence.pass(line);
		return fence.isOpen;
	});
}

test.each<[string, string[], boolean]>([
	['a marker opens', ['```'], true],
	['a marker with a language opens', ['```js\r\n'], true],
	['tildes open', ['~~~ `x`'], true],
	['an indented marker opens', ['\t  ```'], true],
	['two backticks do not open', ['``'], false],
	['a marker inside a line does not open', ['See ```'], false],
	['inline code does not open', ['```code```'], false],
	['the same marker closes', ['```', '```'], false],
	['a longer marker with blanks behind it closes', ['```', ' ````  \r\n'], false],
	['a shorter marker does not close', ['````', '```'], true],
	['a marker with text behind it does not close', ['```', '```js'], true],
	['the other marker does not close', ['```', '~~~'], true],
	['text does not close', ['```', 'x', ''], true],
	['a closed block can be followed by another', ['```', '```', 'x', '~~~'], true],
])('%s', (_, lines, isOpen) => {
	expect(openAfter(lines).at(-1)).toBe(isOpen);
});

test('is not open at first', () => {
	expect(new CodeFence().isOpen).toBe(false);
	expect(openAfter(['text', ''])).toEqual([false, false]);
});
