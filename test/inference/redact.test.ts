import { withoutQuotes } from '../../inference/redact';

describe('withoutQuotes', () => {
	const prompt = 'Dear Dr. Müller, my patient Ann Smith is ill.\nShe needs "rest".';

	test.each<[string, string, string]>([
		['a message that quotes nothing', 'The engine is overloaded', 'The engine is overloaded'],
		['a quoted passage', "Input 'my patient Ann Smith' is bad", "Input '[…]' is bad"],
		['the whole prompt', `Bad: ${prompt}`, 'Bad: […]'],
		['a quote that was cut off', `Bad: ${prompt.slice(0, 30)}…`, 'Bad: […]…'],
		['two quotes', `a ${prompt.slice(0, 20)} b "${prompt.slice(20, 44)}" c`, 'a […] b "[…]" c'],
		['words that are in both', 'the patient needs rest', 'the patient needs rest'],
		['a passage of 15 characters', prompt.slice(0, 15), prompt.slice(0, 15)],
		['a passage of 16 characters', prompt.slice(0, 16), '[…]'],
		['an empty message', '', ''],
	])('handles %s', (_, message, expected) => {
		expect(withoutQuotes(message, prompt)).toBe(expected);
	});

	test('keeps everything if nothing is private', () => {
		expect(withoutQuotes(prompt, '')).toBe(prompt);
	});
});
