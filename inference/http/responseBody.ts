import { InferenceError, refusedAnswerError, serviceMessageOf } from '../InferenceError';
import { parseRetryAfterMs } from './parseRetryAfterMs';
import type { TransportResponse } from './transport';

/** The whole body as text, for answers that do not stream. */
export async function readText(chunks: AsyncIterable<Uint8Array>): Promise<string> {
	const decoder = new TextDecoder();
	const pieces: string[] = [];
	for await (const chunk of chunks) pieces.push(decoder.decode(chunk, { stream: true }));
	pieces.push(decoder.decode());
	return pieces.join('');
}

/** The error for an answer with a status other than 2xx; reads its body. */
export async function readRefusal(response: TransportResponse): Promise<InferenceError> {
	const body = parseJson(await readErrorText(response.chunks));
	return refusedAnswerError({
		status: response.status,
		serviceMessage: serviceMessageOf(body),
		retryAfterMs: parseRetryAfterMs(response.headers, Date.now()),
		requestId: requestIdOf(response.headers),
	});
}

/** The id under which the service's support finds a request. */
export function requestIdOf(headers: Record<string, string>): string | undefined {
	return headers['x-request-id'] ?? headers['x-litellm-call-id'] ?? headers['cf-ray'];
}

/** Parses JSON; `undefined` when the text is none. */
export function parseJson(text: string): unknown {
	try {
		return JSON.parse(text) as unknown;
	} catch {
		return undefined;
	}
}

const longestErrorBody = 64 * 1024;

/** A refusal's text; one that is cut off or endless still tells its status. */
async function readErrorText(chunks: AsyncIterable<Uint8Array>): Promise<string> {
	const decoder = new TextDecoder();
	let text = '';
	let failure: unknown;
	try {
		for await (const chunk of chunks) {
			text += decoder.decode(chunk, { stream: true });
			if (text.length > longestErrorBody) break;
		}
	} catch (error) {
		failure = error;
	}
	if (failure instanceof InferenceError && failure.kind === 'cancelled') throw failure;
	return text;
}
