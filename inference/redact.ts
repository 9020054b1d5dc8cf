import type { JsonObject } from 'n8n-workflow';
import type { InferenceError } from './InferenceError';

/**
 * The error without the API key and without longer quotes from the prompt. Engines and gateways
 * quote what they reject, and n8n stores and emails errors.
 */
export function redact(error: InferenceError, body: JsonObject, apiKey: string): InferenceError {
	const text = error.message.replaceAll(apiKey, '[…]');
	const message = withoutQuotes(text, stringsIn(body.messages));
	return message === error.message ? error : error.with({ message });
}

const shortestQuote = 16;

/** `message` with every run of `shortestQuote` or more characters of `privateText` replaced. */
export function withoutQuotes(message: string, privateText: string): string {
	let kept = '';
	let position = 0;
	while (position < message.length) {
		let end = position + shortestQuote;
		if (end > message.length || !privateText.includes(message.slice(position, end))) {
			kept += message[position];
			position += 1;
			continue;
		}
		while (end < message.length && privateText.includes(message.slice(position, end + 1))) end += 1;
		kept += '[…]';
		position = end;
	}
	return kept;
}

/** All strings in a value, both as they are and as JSON escapes them. */
function stringsIn(value: unknown): string {
	if (typeof value === 'string') return `${value}\n${JSON.stringify(value).slice(1, -1)}`;
	if (typeof value !== 'object' || value === null) return '';
	return Object.values(value).map(stringsIn).join('\n');
}
