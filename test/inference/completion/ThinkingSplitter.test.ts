import { splitThinking, ThinkingSplitter } from '../../../inference/completion/ThinkingSplitter';

function splitPieces(pieces: string[]): { reasoning: string; answer: string } {
	const splitter = new ThinkingSplitter();
	const parts = [...pieces.map((piece) => splitter.push(piece)), splitter.end()];
	return {
		reasoning: parts.map(({ reasoning }) => reasoning).join(''),
		answer: parts.map(({ answer }) => answer).join(''),
	};
}

const cases: Array<[string, string, { reasoning: string; answer: string }]> = [
	[
		'separates a block at the start from the answer',
		'<think>Hm.</think>Four',
		{ reasoning: 'Hm.', answer: 'Four' },
	],
	[
		'drops whitespace around the block',
		' \n<think>\nHm.\n</think>\n\n Four \n',
		{ reasoning: 'Hm.', answer: 'Four \n' },
	],
	[
		'returns no reasoning for an empty block',
		'<think></think>Four',
		{ reasoning: '', answer: 'Four' },
	],
	[
		'treats an unfinished block as reasoning',
		'<think>Hm </thin',
		{ reasoning: 'Hm </thin', answer: '' },
	],
	[
		'leaves a later block in the answer',
		'Use <think>x</think>',
		{ reasoning: '', answer: 'Use <think>x</think>' },
	],
	[
		'leaves a second block in the answer',
		'<think>a</think>b<think>c</think>',
		{ reasoning: 'a', answer: 'b<think>c</think>' },
	],
	[
		'keeps what only looks like a tag',
		'<thinking>x</thinking>',
		{ reasoning: '', answer: '<thinking>x</thinking>' },
	],
	['keeps an answer that ends inside the tag', '<thi', { reasoning: '', answer: '<thi' }],
	['keeps other angle brackets', '<b>Four</b>', { reasoning: '', answer: '<b>Four</b>' }],
	[
		'looks for the closing tag inside tag-like text',
		'<think>a < b </ think <</think>c',
		{ reasoning: 'a < b </ think <', answer: 'c' },
	],
	['keeps whitespace in an answer without a block', '  Four', { reasoning: '', answer: '  Four' }],
	['returns nothing for empty text', '', { reasoning: '', answer: '' }],
];

describe('splitThinking and ThinkingSplitter', () => {
	test.each(cases)('%s', (_, text, expected) => {
		expect(splitThinking(text)).toEqual(expected);
	});

	test.each(cases)('%s, cut anywhere', (_, text, expected) => {
		for (let offset = 0; offset <= text.length; offset += 1) {
			const { reasoning, answer } = splitPieces([text.slice(0, offset), text.slice(offset)]);
			expect({ reasoning: reasoning.trim(), answer }).toEqual(expected);
		}
		const { reasoning, answer } = splitPieces([...text]);
		expect({ reasoning: reasoning.trim(), answer }).toEqual(expected);
	});

	test('returns text as soon as it is certain', () => {
		const splitter = new ThinkingSplitter();
		expect(splitter.push('<th')).toEqual({ reasoning: '', answer: '' });
		expect(splitter.push('ink>Let me see<')).toEqual({ reasoning: 'Let me see', answer: '' });
		expect(splitter.push('b></think')).toEqual({ reasoning: '<b>', answer: '' });
		expect(splitter.push('> Four')).toEqual({ reasoning: '', answer: 'Four' });
		expect(splitter.push(' it is')).toEqual({ reasoning: '', answer: ' it is' });
	});
});

test('returns text that cannot be reasoning as soon as it arrives', () => {
	const splitter = new ThinkingSplitter();
	expect(splitter.push(' <th').answer).toBe('');
	expect(splitter.push('e')).toEqual({ reasoning: '', answer: ' <the' });
	expect(splitter.push(' end').answer).toBe(' end');
	expect(splitter.end().answer).toBe('');
});
