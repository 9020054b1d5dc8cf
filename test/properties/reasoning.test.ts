import fc from 'fast-check';
import {
	splitCompleteAnswer,
	splitThinking,
	ThinkingSplitter,
} from '../../inference/completion/ThinkingSplitter';
import { cutAt, cuts, text } from './completions';

const tagged = fc
	.array(
		fc.oneof(
			text,
			fc.constantFrom('<think>', '</think>', '\n<think>', '</think>\n'),
			fc.constantFrom(' ', '\n', '<thi', '</', '```', '\n```\n', 'x'),
		),
	)
	.map((parts) => parts.join(''));

test('reasoning is split off the same way no matter where its text is cut', () => {
	fc.assert(
		fc.property(tagged, cuts, (whole, fractions) => {
			const splitter = new ThinkingSplitter();
			const pieces = cutAt(whole, fractions).map((piece) => splitter.push(piece));
			const all = [...pieces, splitter.end()];
			const joined = (side: 'reasoning' | 'answer') => all.map((piece) => piece[side]).join('');
			expect({ reasoning: joined('reasoning').trim(), answer: joined('answer') }).toEqual(
				splitThinking(whole),
			);
		}),
		{ numRuns: 1000 },
	);
});

test('splitting off the reasoning loses nothing but tags and white space', () => {
	const countOf = (value: string) => value.split('x').length;
	fc.assert(
		fc.property(tagged, (whole) => {
			for (const split of [splitThinking, splitCompleteAnswer]) {
				const { reasoning, answer } = split(whole);
				expect(countOf(reasoning + answer)).toBe(countOf(whole));
			}
		}),
		{ numRuns: 1000 },
	);
});
