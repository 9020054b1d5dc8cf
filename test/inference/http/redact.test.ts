import type { JsonObject } from 'n8n-workflow';
import { redact } from '../../../inference/http/redact';

const hiddenText = 'wandb/"key"+01"23456\\abcdef';

/** The text without this key and without quotes from this body. */
const clean = (text: string, body: JsonObject = {}) => redact(text, { apiKey: hiddenText, body });

describe('the API key', () => {
	const encoded = Buffer.from(hiddenText).toString('base64');

	test.each<[string, string]>([
		['as it is', hiddenText],
		['URL-encoded', encodeURIComponent(hiddenText)],
		['as JSON escapes it', JSON.stringify(hiddenText).slice(1, -1)],
		['in base64', encoded.replace(/=+$/, '')],
		['without its end', hiddenText.slice(0, -1)],
		['with only its first 12 characters', hiddenText.slice(0, 12)],
		['with only its last 12 characters', hiddenText.slice(-12)],
		['with only 12 characters from its middle', hiddenText.slice(7, 19)],
		['URL-encoded and cut off', encodeURIComponent(hiddenText).slice(0, 20)],
		['in base64 and cut off', encoded.slice(0, 12)],
	])('is removed %s, wherever it is in the text', (_, form) => {
		for (let length = 0; length < 14; length += 1) {
			const before = '~'.repeat(length);
			expect(clean(`${before}${form}`)).toBe(`${before}[…]`);
			expect(clean(`${before}${form}~~`)).toBe(`${before}[…]~~`);
		}
	});

	test('is removed in whole if one of its forms begins like another', () => {
		const plus = 'abcdefghijklmnop+qrstuvwx';
		expect(redact(`key ${encodeURIComponent(plus)}`, { apiKey: plus })).toBe('key […]');
		const escaped = 'wandb/"key"+0123456789\\abcdef';
		const text = `key ${JSON.stringify(escaped)}`;
		expect(redact(text, { apiKey: escaped })).toBe('key "[…]"');
	});

	test('is removed each time that it appears', () => {
		expect(clean(`${hiddenText} and ${hiddenText}`)).toBe('[…] and […]');
	});

	test('is removed without a body, e.g. from the response to a request for the models', () => {
		const text = `Bad key ${hiddenText}!`;
		expect(redact(text, { apiKey: hiddenText })).toBe('Bad key […]!');
	});

	test('is removed in whole if it is short', () => {
		expect(redact('Bad key abc123, abc12', { apiKey: 'abc123' })).toBe('Bad key […], abc12');
		expect(redact('Bad key z.', { apiKey: 'z' })).toBe('Bad key […].');
	});

	test('is not recognized in 11 characters of it', () => {
		const part = hiddenText.slice(0, 11);
		expect(clean(`Bad key ${part}`)).toBe(`Bad key ${part}`);
	});

	test('leaves the text as it is if it is empty', () => {
		expect(redact('Busy', { apiKey: '' })).toBe('Busy');
	});
});

describe('a quote from the request', () => {
	/** Text without repetitions, so that a quote has only one place in it. */
	const story = Array.from({ length: 60 }, (_, day) => `On day ${day} Ann felt ill.`).join(' ');
	const bodyWith = (content: string): JsonObject => ({ messages: [{ role: 'user', content }] });

	test.each<[string, JsonObject]>([
		['a message', bodyWith(story)],
		[
			'a part of a message',
			{ messages: [{ role: 'user', content: [{ type: 'text', text: story }] }] },
		],
		[
			'an earlier message',
			{
				messages: [
					{ role: 'system', content: story },
					{ role: 'user', content: 'Hi' },
				],
			},
		],
		[
			'the description of a tool',
			{ tools: [{ type: 'function', function: { name: 'find', description: story } }] },
		],
		[
			'the parameters of a tool',
			{ tools: [{ type: 'function', function: { parameters: { description: story } } }] },
		],
		[
			'the schema of the answer',
			{ response_format: { type: 'json_schema', json_schema: { schema: { title: story } } } },
		],
		['a field of the extra body', { guided_grammar: story }],
	])('is removed if it is from %s', (_, body) => {
		expect(clean(`Bad: ${story.slice(100, 200)}`, body)).toBe('Bad: […]');
	});

	test('is removed from 64 characters on, wherever it is in the text', () => {
		for (let length = 0; length < 70; length += 1) {
			const before = '~'.repeat(length);
			const long = story.slice(length, length + 64);
			expect(clean(`${before}${long}~`, bodyWith(story))).toBe(`${before}[…]~`);
			const short = `${before}${story.slice(length, length + 63)}~`;
			expect(clean(short, bodyWith(story))).toBe(short);
		}
	});

	test('is removed to its last character if it is long, and each one of several', () => {
		const text = `a ~${story.slice(0, 300)}~ b ~${story.slice(500, 570)}~ c`;
		expect(clean(text, bodyWith(story))).toBe('a ~[…]~ b ~[…]~ c');
	});

	test('is removed next to the key', () => {
		const text = `${hiddenText}: ${story.slice(0, 80)}`;
		expect(clean(text, bodyWith(story))).toBe('[…]: […]');
	});

	const poem = Array.from(
		{ length: 9 },
		(_, line) => `"Line\t${line}",\r\n\tC:\\poem\\${line}/`,
	).join('\n');
	const cyrillic =
		'Пациентка Анна Смирнова родилась первого мая и жалуется на сильную боль в груди';
	const escapeAll = (text: string) =>
		JSON.stringify(text).replace(
			/[^ -~]/g,
			(character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
		);

	test.each<[string, string, string]>([
		['line breaks, quotation marks, and backslashes', poem, JSON.stringify(poem)],
		['Cyrillic letters', cyrillic, escapeAll(cyrillic)],
		['Cyrillic letters in upper-case digits', cyrillic, escapeAll(cyrillic).replace(/d/g, 'D')],
		['slashes', poem, JSON.stringify(poem).replaceAll('/', '\\/')],
		['apostrophes', `${poem}'`, JSON.stringify(`${poem}'`).replaceAll("'", "\\'")],
	])('is removed if JSON escapes its %s', (_, content, quoted) => {
		expect(clean(`Bad: ${quoted}!`, bodyWith(content))).toBe('Bad: "[…]"!');
	});

	test('is not removed if it is from a data URL', () => {
		const url = `data:text/plain,${story}`;
		const body = { messages: [{ role: 'user', content: [{ image_url: { url } }] }] };
		const text = `Bad: ${story.slice(0, 100)}`;
		expect(clean(text, body)).toBe(text);
	});

	test('is searched for only in the first two million characters', () => {
		const text = `Bad: ${story.slice(0, 100)}`;
		const body = (length: number) => ({
			messages: [{ content: '~'.repeat(length) }, { content: story }],
		});
		expect(clean(text, body(1_999_000))).toBe('Bad: […]');
		expect(clean(text, body(2_000_000))).toBe(text);
	});
});

describe('a text of the service', () => {
	const model = 'wandb-artifact:///team/project/a-model-with-a-name-of-more-than-64-characters:v1';

	test.each<[string, string, JsonObject]>([
		['that quotes nothing', 'The engine is overloaded', {}],
		['that is empty', '', { messages: [{ content: 'Hi' }] }],
		[
			'that the prompt contains as well',
			'Concurrency limit reached for requests',
			{ messages: [{ content: 'What means "Concurrency limit reached for requests"?' }] },
		],
		[
			'with the name of a model that the prompt contains as well',
			'The model openai/gpt-oss-20b does not exist',
			{ model: 'openai/gpt-oss-20b', messages: [{ content: 'Who is openai/gpt-oss-20b?' }] },
		],
		[
			'with a long name of a model',
			`The model ${model} does not exist`,
			{ model, messages: [{ content: 'Hi' }] },
		],
		[
			'with escaped characters',
			'Expected \\n or "\\u0041", got C:\\new',
			{ messages: [{ content: 'Hi' }] },
		],
	])('is kept %s', (_, text, body) => {
		expect(clean(text, body)).toBe(text);
	});

	test('is removed in both parts if only one of them is escaped', () => {
		const latin = 'A long part in plain letters, of more than sixty-four characters in all.\n';
		const cyrillic = 'Длинная часть другими буквами, тоже длиннее шестидесяти четырёх символов.';
		const escape = (text: string) =>
			JSON.stringify(text)
				.slice(1, -1)
				.replace(/[^ -~]/g, (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`);
		const shown = clean(`Bad: ${escape(latin + cyrillic)}!`, {
			messages: [{ content: latin + cyrillic }],
		});
		expect(shown).toBe('Bad: […]!');
	});

	test('is found in a repetitive prompt at whichever place it is longest', () => {
		const prompt = `${'the same words again and again, and '.repeat(5)}then something else entirely. ${'the same words again and again, and '.repeat(5)}the end.`;
		const quote = prompt.slice(-70);
		expect(clean(`Bad: ${quote}`, { messages: [{ content: prompt }] })).toBe('Bad: […]');
	});
});
