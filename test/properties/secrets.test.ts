import fc from 'fast-check';
import { redact } from '../../inference/http/redact';

/** What a key consists of, other than the text around it. */
const key = fc.string({
	unit: fc.constantFrom(...'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-+/"\\'),
	minLength: 24,
	maxLength: 100,
});
const around = fc.string({ unit: fc.constantFrom(' ', '.', '\n', '{', '"', ':', '…', 'é', '✓') });
const formOf: Record<string, (text: string) => string> = {
	plain: (text) => text,
	encoded: encodeURIComponent,
	escaped: (text) => JSON.stringify(text).slice(1, -1),
	base64: (text) => Buffer.from(text).toString('base64'),
};

function runsOf(text: string, length: number): string[] {
	return Array.from({ length: text.length - length + 1 }, (_, start) =>
		text.slice(start, start + length),
	);
}

test('no text reveals 12 characters of the key, in any of its forms and wherever it was cut', () => {
	fc.assert(
		fc.property(
			key,
			fc.array(fc.tuple(around, fc.constantFrom(...Object.keys(formOf)), fc.nat(), fc.nat())),
			around,
			(hiddenText, parts, end) => {
				const text = parts.map(([before, form, from, length]) => {
					const whole = formOf[form]?.(hiddenText) ?? '';
					const start = from % whole.length;
					return before + whole.slice(start, start + 12 + (length % whole.length));
				});
				const shown = redact([...text, end].join(''), { apiKey: hiddenText });
				for (const form of Object.values(formOf)) {
					const forms = form(hiddenText).replace(/=+$/, '');
					expect(runsOf(forms, 12).filter((run) => shown.includes(run))).toEqual([]);
				}
			},
		),
		{ numRuns: 300 },
	);
});

test('no text reveals 64 characters of a message, and a text without any stays as it is', () => {
	const words = fc.string({
		unit: fc.constantFrom(...'abcdefgh ijkl,.'),
		minLength: 150,
		maxLength: 400,
	});
	const others = fc.string({ unit: fc.constantFrom(...'ABCDEFGH-:(){}'), maxLength: 100 });
	fc.assert(
		fc.property(
			words,
			fc.array(fc.tuple(others, fc.nat(), fc.integer({ min: 50, max: 90 })), { maxLength: 4 }),
			(content, quotes) => {
				const parts = quotes.map(([before, from, length]) => {
					const start = from % (content.length + 1);
					return before + content.slice(start, start + length);
				});
				const text = parts.join('|');
				const body = { messages: [{ role: 'user', content }] };
				const shown = redact(text, { apiKey: '#'.repeat(40), body });
				const quoted = runsOf(content, 64);
				expect(quoted.filter((run) => shown.includes(run))).toEqual([]);
				if (!quoted.some((run) => text.includes(run))) expect(shown).toBe(text);
			},
		),
		{ numRuns: 500 },
	);
});

test('any text with any secrets becomes a text', () => {
	const any = fc.string({ unit: 'binary', maxLength: 300 });
	fc.assert(
		fc.property(any, any, fc.array(any), fc.jsonValue(), (text, apiKey, otherKeys, content) => {
			const shown = redact(text, { apiKey, otherKeys, body: { messages: [{ content }] } as never });
			expect(typeof shown).toBe('string');
			if (apiKey.length >= 24) expect(shown).not.toContain(apiKey);
		}),
		{ numRuns: 1000 },
	);
});
