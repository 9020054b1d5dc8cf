import type { JsonObject } from 'n8n-workflow';
import type { ServerSentEvent } from '../http/ServerSentEventDecoder';
import type { InferenceError } from '../InferenceError';
import { isJsonObject, parseJson } from '../json';
import { invalidAnswer, reportedError, type ResponseHead } from './answerErrors';

/**
 * What an event of a streamed completion is: the next chunk, an error, or one of these words.
 * `unknown` data is something else, but cannot be a piece of the answer.
 */
export type EventContent = JsonObject | InferenceError | 'done' | 'keepAlive' | 'unknown';

/** Runs for every token. */
export function readEvent({ type, data }: ServerSentEvent, response: ResponseHead): EventContent {
	const text = data.trim();
	if (text === '[DONE]') return 'done';
	if (!text.startsWith('{')) return readPlainText(type, text, response);
	const body = parseJson(text);
	// A broken piece of the answer: without it, the answer would have a hole.
	if (!isJsonObject(body)) return invalidAnswer('A part of the streamed response', response);
	const error = reportedError(body, response, type === 'error');
	if (error) return error;
	if (isKeepAlive(type) || isKeepAlive(body.type)) return 'keepAlive';
	return Array.isArray(body.choices ?? []) ? body : 'unknown';
}

function readPlainText(type: string, text: string, response: ResponseHead): EventContent {
	const error = type === 'error' ? reportedError({ message: text }, response, true) : undefined;
	if (error) return error;
	return text === '' || text === 'null' || isKeepAlive(text) ? 'keepAlive' : 'unknown';
}

/** Some gateways send their keep-alive messages as data. */
function isKeepAlive(text: unknown): boolean {
	return (
		typeof text === 'string' && text !== '' && /^(:|(ping|keep-?alive|heartbeat)$)/i.test(text)
	);
}
