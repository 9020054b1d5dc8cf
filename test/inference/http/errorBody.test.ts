import { errorBodyOf, parseErrorBody } from '../../../inference/http/errorBody';
import { redact } from '../../../inference/http/redact';

const messageIn = (body: unknown, redactText: (text: string) => string) =>
	errorBodyOf(body, redactText).serviceMessage;

const hiddenText = 'wandb-key-0123456789abcdef';

describe('the message of a JSON body', () => {
	const unchanged = (text: string) => text;

	test.each<[string, unknown, string | undefined]>([
		["W&B's format", { error: { code: 503, message: 'busy' } }, 'busy'],
		["OpenAI's format", { error: { message: 'busy', type: 'x', param: null } }, 'busy'],
		['an error that is text', { error: 'busy' }, 'busy'],
		['a message alone', { object: 'error', message: ' busy ' }, 'busy'],
		["FastAPI's text", { detail: 'Not Found' }, 'Not Found'],
		["FastAPI's list", { detail: [{ loc: ['body', 'n'], msg: 'must be 1' }] }, 'n: must be 1'],
		["FastAPI's object", { detail: { message: 'no key' } }, 'no key'],
		['a list of errors', { error: [{ message: 'first' }, { message: 'second' }] }, 'first; second'],
		['a message next to an empty one', { error: { message: '' }, message: 'busy' }, 'busy'],
		['a message that is not text', { error: { message: 7 } }, undefined],
		['no known field', { status: 'bad' }, undefined],
		['an empty object', {}, undefined],
		['null', null, undefined],
		['text', 'busy', 'busy'],
		['a number', 5, undefined],
		['nothing', undefined, undefined],
		['an empty list', { detail: [] }, undefined],
	])('reads %s', (_, body, expected) => {
		expect(messageIn(body, unchanged)).toBe(expected);
	});

	test('cuts off a message that is too long to read', () => {
		const message = messageIn({ error: { message: 'x'.repeat(10_000) } }, unchanged);
		expect(message).toBe(`${'x'.repeat(500)}…`);
	});

	test('removes a key that straddles the end of what is shown', () => {
		const redactKey = (text: string) => redact(text, { apiKey: hiddenText });
		for (const before of [480, 490, 495, 499, 500]) {
			const message = `${'x'.repeat(before)}${hiddenText}${'y'.repeat(600)}`;
			const shown = messageIn({ error: { message } }, redactKey) ?? '';
			expect(shown).toBe(`${'x'.repeat(before)}[…]${'y'.repeat(600)}`.slice(0, 500) + '…');
		}
	});

	test('removes a quote from the request that straddles the end of what is shown', () => {
		const prompt = Array.from({ length: 20 }, (_, word) => `patient ${word}`).join(', ');
		const body = { messages: [{ role: 'user', content: prompt }] };
		const message = `${'x'.repeat(460)}${prompt}`;
		const shown = messageIn({ message }, (text) => redact(text, { apiKey: 'k', body }));
		expect(shown).toBe(`${'x'.repeat(460)}[…]`);
	});

	test.each([
		'a sentence about the prompt',
		'x'.repeat(49),
		'5',
		'None',
		'wandb-key-0123456789abcdef',
	])('does not take %j for the name of a parameter or an error', (param) => {
		const body = { error: { message: 'No', param, code: param } };
		const redactKey = (text: string) => redact(text, { apiKey: hiddenText });
		expect(errorBodyOf(body, redactKey)).toEqual({ serviceMessage: 'No' });
	});

	test('removes nothing from a body without a message', () => {
		const redactAll = jest.fn(() => '');
		expect(errorBodyOf({ status: 'bad' }, redactAll).serviceMessage).toBeUndefined();
		expect(redactAll).not.toHaveBeenCalled();
	});
});

describe('a body that is not JSON', () => {
	const unchanged = (text: string) => text;

	test.each<[string, string, object]>([
		[
			'a plain message',
			' Unsupported parameter: logit_bias\n',
			{ serviceMessage: 'Unsupported parameter: logit_bias' },
		],
		[
			'a web page',
			'<!DOCTYPE html><html><title> Just a moment... </title>',
			{ pageTitle: 'Just a moment...' },
		],
		['a web page without a title', '<html><body>Busy</body></html>', { pageTitle: '' }],
		['nothing', ' ', {}],
		['JSON that was cut off', '{"error": {"mess', {}],
		['XML', '<?xml version="1.0"?><Error>x</Error>', {}],
		['a long text', 'x'.repeat(2000), {}],
	])('%s', (_, text, expected) => {
		expect(parseErrorBody(text, unchanged)).toEqual(expected);
	});

	test('is redacted', () => {
		const redactKey = (text: string) => redact(text, { apiKey: hiddenText });
		expect(parseErrorBody(`Bad key ${hiddenText}`, redactKey)).toEqual({
			serviceMessage: 'Bad key […]',
		});
		expect(parseErrorBody(`<html><title>${hiddenText}`, redactKey)).toEqual({
			pageTitle: '[…]',
		});
	});
});
