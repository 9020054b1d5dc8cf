import {
	splitCompleteAnswer,
	splitThinking,
	ThinkingSplitter,
	type SplitText,
} from '../../../inference/completion/ThinkingSplitter';

function splitPieces(pieces: string[]): SplitText {
	const splitter = new ThinkingSplitter();
	const parts = [...pieces.map((piece) => splitter.push(piece)), splitter.end()];
	return {
		reasoning: parts.map(({ reasoning }) => reasoning).join(''),
		answer: parts.map(({ answer }) => answer).join(''),
	};
}

/** What it does, the text, the reasoning, and the answer. */
type SplitCase = [string, string, string, string];

const firstBlocks: SplitCase[] = [
	['separates a block at the start', '<think>Hm.</think>Four', 'Hm.', 'Four'],
	['drops whitespace around it', ' \n<think>\nHm.\n</think>\n\n Four \n', 'Hm.', 'Four \n'],
	['returns no reasoning for an empty block', '<think></think>Four', '', 'Four'],
	['treats an unfinished block as reasoning', '<think>Hm </thin', 'Hm </thin', ''],
	['keeps what only looks like a tag', '<thinking>x</thinking>', '', '<thinking>x</thinking>'],
	['keeps an answer that ends inside the tag', '<thi', '', '<thi'],
	['keeps other angle brackets', '<b>Four</b>', '', '<b>Four</b>'],
	['looks for the closing tag', '<think>a < b </ think <</think>c', 'a < b </ think <', 'c'],
	['keeps whitespace without a block', '  Four', '', '  Four'],
	['keeps whitespace alone', ' \n ', '', ' \n '],
	['returns nothing for empty text', '', '', ''],
	['separates two blocks', '<think>a</think>\n\n<think>b</think>\nc', 'a\nb', 'c'],
	['separates two blocks on one line', '<think>a</think><think>b</think>c', 'a\nb', 'c'],
	['separates an empty block and another', '<think></think>\n<think>b</think>c', 'b', 'c'],
	['treats an unfinished second block as reasoning', '<think>a</think> <think>b', 'a\nb', ''],
	['keeps the start of a tag behind a block', '<think>a</think> <thi', 'a', '<thi'],
	['keeps nothing behind a block at the end', '<think>a</think>\n', 'a', ''],
];

const laterBlocks: SplitCase[] = [
	['separates a block between two lines', 'a\n<think>b</think>\nc', 'b', 'a\nc'],
	['separates a block between paragraphs', 'a\n\n<think>\nb\n</think>\n\nc', 'b', 'a\n\nc'],
	['separates a block at the end', 'a\n<think>b</think>\n', 'b', 'a\n'],
	[
		'separates several',
		'a\n<think>b</think> <think>c</think>d\n<think>e</think>',
		'b\nc\ne',
		'a\nd\n',
	],
	['separates one behind a first one', '<think>a</think>b\n<think>c</think>d', 'a\nc', 'b\nd'],
	['keeps a block inside a line', 'Use <think>x</think>', '', 'Use <think>x</think>'],
	[
		'keeps a block inside the first line',
		'<think>a</think>b<think>c</think>',
		'a',
		'b<think>c</think>',
	],
	['keeps a block in an indented line', 'a\n <think>b</think>', '', 'a\n <think>b</think>'],
	['keeps a block that is never closed', 'a\n<think>b\n\nc', '', 'a\n<think>b\n\nc'],
	['keeps an unclosed one behind others', 'a\n<think>b</think>\n<think>c', 'b', 'a\n<think>c'],
	['keeps the start of a closing tag', 'a\n<think>b</thin', '', 'a\n<think>b</thin'],
	['keeps the start of a tag', 'a\n<thin', '', 'a\n<thin'],
	['keeps what only looks like a tag', 'a\n<thinker>\n', '', 'a\n<thinker>\n'],
	['keeps a closing tag', 'a\n</think>\nb', '', 'a\n</think>\nb'],
];

const code: SplitCase[] = [
	[
		'keeps a block in fenced code',
		'a\n```\n<think>b</think>\n```',
		'',
		'a\n```\n<think>b</think>\n```',
	],
	[
		'keeps a block in code at the start',
		'```xml\n<think>b</think>\n```',
		'',
		'```xml\n<think>b</think>\n```',
	],
	['keeps a block in code that never ends', '~~~\n<think>b</think>', '', '~~~\n<think>b</think>'],
	[
		'separates a block behind code',
		'```\n<think>\n```\n<think>b</think>c',
		'b',
		'```\n<think>\n```\nc',
	],
	['is not misled by inline code', '```a```\n<think>b</think>c', 'b', '```a```\nc'],
	[
		'is not misled by code in a block',
		'a\n<think>```\n</think>b\n<think>c</think>',
		'```\n\nc',
		'a\nb\n',
	],
	[
		'is not misled by a long line',
		`\`\`\`${'x'.repeat(500)}\n<think>\n\`\`\`\n<think>b</think>`,
		'b',
		`\`\`\`${'x'.repeat(500)}\n<think>\n\`\`\`\n`,
	],
];

describe.each([
	['at the start', firstBlocks],
	['later in the text', laterBlocks],
	['and code', code],
])('a block %s', (_, cases) => {
	test.each(cases)('%s', (_name, text, reasoning, answer) => {
		expect(splitThinking(text)).toEqual({ reasoning, answer });
	});

	test.each(cases)('%s, cut anywhere', (_name, text, reasoning, answer) => {
		const trimmed = (pieces: string[]) => {
			const split = splitPieces(pieces);
			return { ...split, reasoning: split.reasoning.trim() };
		};
		for (let offset = 0; offset <= text.length; offset += 1) {
			const pieces = [text.slice(0, offset), text.slice(offset)];
			expect(trimmed(pieces)).toEqual({ reasoning, answer });
		}
		expect(trimmed([...text])).toEqual({ reasoning, answer });
	});
});

describe('ThinkingSplitter', () => {
	test('returns text as soon as it is certain', () => {
		const splitter = new ThinkingSplitter();
		expect(splitter.push('<th')).toEqual({ reasoning: '', answer: '' });
		expect(splitter.push('ink>Let me see<')).toEqual({ reasoning: 'Let me see', answer: '' });
		expect(splitter.push('b></think')).toEqual({ reasoning: '<b>', answer: '' });
		expect(splitter.push('> Four')).toEqual({ reasoning: '', answer: 'Four' });
		expect(splitter.push(' it is')).toEqual({ reasoning: '', answer: ' it is' });
	});

	test('returns text that cannot be reasoning as soon as it arrives', () => {
		const splitter = new ThinkingSplitter();
		expect(splitter.push(' <th').answer).toBe('');
		expect(splitter.push('e')).toEqual({ reasoning: '', answer: ' <the' });
		expect(splitter.push(' end').answer).toBe(' end');
		expect(splitter.end().answer).toBe('');
	});

	test('holds back only what may be a later block', () => {
		const splitter = new ThinkingSplitter();
		expect(splitter.push('Four\n').answer).toBe('Four\n');
		expect(splitter.push('<t').answer).toBe('');
		expect(splitter.push('able>\n<think>').answer).toBe('<table>\n');
		expect(splitter.push('Hm').answer).toBe('');
		expect(splitter.push('</think>\nFive')).toEqual({ reasoning: 'Hm', answer: 'Five' });
		expect(splitter.push('\n<think>Oh').answer).toBe('\n');
		expect(splitter.end()).toEqual({ reasoning: '', answer: '<think>Oh' });
	});

	/** At 59 seconds for 100,000 pieces, the square of their number would take 9 minutes. */
	const manyPieces = 300_000;

	test.each([
		['white space at the start', '', '\n'],
		['white space behind a block', '<think>a</think>', ' '],
		['reasoning', '<think>', '</thin'],
		['text that may be a block', 'a\n<think>', 'b'],
		['the beginnings of tags', 'a', '\n<thin'],
		['one line', 'a', 'b'],
		['blank lines', 'a', '\n'],
		['blocks', 'a\n', '<think>b</think>\n'],
		['fenced code', '', '```\n'],
	])(
		'takes linear time for many pieces of %s',
		(_, start, piece) => {
			const startedMs = performance.now();
			const splitter = new ThinkingSplitter();
			let length = splitter.push(start).answer.length;
			for (let count = 0; count < manyPieces; count += 1) {
				length += splitter.push(piece).answer.length;
			}
			length += splitter.end().answer.length;
			expect(length).toBe(splitThinking(start + piece.repeat(manyPieces)).answer.length);
			expect(performance.now() - startedMs).toBeLessThan(5_000);
		},
		60_000,
	);
});

describe('a block without its opening tag', () => {
	const cases: SplitCase[] = [
		['is reasoning up to the tag', 'Two and two.\n</think>\n\nFour', 'Two and two.', 'Four'],
		['may end in the line of the tag', 'Two and two.</think> \r\nFour', 'Two and two.', 'Four'],
		['may be empty', '</think>\n\nFour', '', 'Four'],
		['may be all there is', 'Two and two </think>', 'Two and two', ''],
		['may contain code', 'Say\n```\nx\n```\n</think>\nFour', 'Say\n```\nx\n```', 'Four'],
		[
			'may speak of the tag',
			'I close `</think>` later.\n</think>\nFour',
			'I close `</think>` later.',
			'Four',
		],
		['ends at the first tag', 'a\n</think>\nb\n</think>\nc', 'a', 'b\n</think>\nc'],
		['may be followed by another', 'a\n</think>\n<think>b</think>c', 'a\nb', 'c'],
	];

	test.each(cases)('%s', (_, text, reasoning, answer) => {
		expect(splitCompleteAnswer(text)).toEqual({ reasoning, answer });
	});

	test.each([
		['a tag in a sentence', 'The tag </think> ends reasoning.'],
		['a tag in inline code', 'It ends with `</think>`'],
		['a tag in inline code that ends in the next line', 'It ends with `x </think>\n`.'],
		['a tag in fenced code', 'So:\n```\na\n</think>\n```\nDone'],
		['an opening tag before it', 'Write <think> before and\n</think>\nbehind it'],
		['an opening tag in its line', 'Write <think>x</think>\nDone'],
		['no tag', 'Four'],
	])('is not there with %s', (_, text) => {
		expect(splitCompleteAnswer(text)).toEqual({ reasoning: '', answer: text });
	});

	test.each([...firstBlocks, ...laterBlocks.slice(0, -1), ...code])(
		'changes nothing in a text that has its opening tags: %s',
		(_, text, reasoning, answer) => {
			expect(splitCompleteAnswer(text)).toEqual({ reasoning, answer });
		},
	);

	test('is answer while it streams, because nothing tells them apart', () => {
		const text = 'Two and two.\n</think>\n\nFour';
		expect(splitThinking(text)).toEqual({ reasoning: '', answer: text });
	});
});
