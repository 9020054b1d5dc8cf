import { InferenceError } from '../InferenceError';
import { parseErrorBody } from './errorBody';
import { parseRetryAfterMs } from './parseRetryAfterMs';
import { statusError } from './statusError';
import type { TransportResponse } from './transport';

/** Whether the status is 2xx. */
export function isSuccess({ status }: Pick<TransportResponse, 'status'>): boolean {
	return status >= 200 && status <= 299;
}

/** The whole body as text, for responses that do not stream. */
export async function readText(chunks: AsyncIterable<Uint8Array>): Promise<string> {
	const decoder = new TextDecoder();
	const pieces: string[] = [];
	for await (const chunk of chunks) pieces.push(decoder.decode(chunk, { stream: true }));
	pieces.push(decoder.decode());
	return pieces.join('');
}

/** The error for a response with a status other than 2xx; reads its body. */
export async function readErrorResponse(response: TransportResponse): Promise<InferenceError> {
	const { status, hasProject } = response;
	return statusError({
		...parseErrorBody(await readErrorText(response), response.redact),
		status,
		hasProject,
		retryAfterMs: parseRetryAfterMs(response.headers, Date.now()),
		requestId: requestIdOf(response.headers),
	});
}

/** The ID that the service's support needs to find a request. */
export function requestIdOf(headers: Record<string, string>): string | undefined {
	return headers['x-request-id'] ?? headers['x-litellm-call-id'] ?? headers['cf-ray'];
}

const maxErrorBodyLength = 64 * 1024;
/** An error body is short: once it has begun, it is soon complete. */
const maxErrorBodyMs = 1000;

/** The text of an error response, or its beginning if it is cut off or too long. */
async function readErrorText({ chunks, finishWithin }: TransportResponse): Promise<string> {
	const decoder = new TextDecoder();
	let text = '';
	let failure: unknown;
	try {
		for await (const chunk of chunks) {
			text += decoder.decode(chunk, { stream: true });
			finishWithin(maxErrorBodyMs);
			if (text.length > maxErrorBodyLength) break;
		}
	} catch (error) {
		failure = error;
	}
	if (failure instanceof InferenceError && failure.kind === 'cancelled') throw failure;
	return text;
}
