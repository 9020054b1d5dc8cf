import type { JsonObject } from 'n8n-workflow';
import { readErrorResponse, readText, requestIdOf } from '../http/responseBody';
import { ServerSentEventDecoder } from '../http/ServerSentEventDecoder';
import { serviceMessageOf, statusError } from '../http/statusError';
import type { TransportResponse } from '../http/transport';
import { InferenceError } from '../InferenceError';
import { parseJson } from '../json';
import { normalizeCompletion, type ChatCompletion } from './chatCompletion';
import { CompletionFold } from './CompletionFold';
import { splitThinking, ThinkingSplitter } from './ThinkingSplitter';

/** Called with each chunk of the first choice's answer, without its reasoning. */
export type TextListener = (text: string) => Promise<void>;

export interface ReadOptions {
	/** How many choices the request asked for. */
	choiceCount: number;
	onText?: TextListener;
}

/**
 * Reads a response to its end, whether it arrives as JSON or as server-sent events.
 *
 * Throws an `InferenceError` for a status other than 2xx, an error inside the stream, a body that is
 * not a completion, and a stream that ends before the completion is finished.
 */
export async function readCompletion(
	response: TransportResponse,
	options: ReadOptions,
): Promise<ChatCompletion> {
	if (!isSuccess(response)) throw await readErrorResponse(response);
	if (isEventStream(response)) return await readStream(response, options);
	const completion = readBody(await readText(response.chunks), response);
	await passOnWhole(completion, options.onText);
	return completion;
}

/** Whether the status is 2xx. */
export function isSuccess({ status }: Pick<TransportResponse, 'status'>): boolean {
	return status >= 200 && status <= 299;
}

/** Whether the response is a stream of server-sent events. */
export function isEventStream({ headers }: Pick<TransportResponse, 'headers'>): boolean {
	return headers['content-type']?.includes('text/event-stream') ?? false;
}

function readBody(text: string, response: TransportResponse): ChatCompletion {
	const body = parseJson(text);
	if (body === undefined && /^\s*\{/.test(text)) throw incomplete('The response', response);
	return toCompletion(body, response);
}

async function readStream(
	response: TransportResponse,
	{ choiceCount, onText }: ReadOptions,
): Promise<ChatCompletion> {
	const fold = new CompletionFold();
	const thinking = new ThinkingSplitter();
	response.sawContent();
	let failure: unknown;
	try {
		for await (const events of readEvents(response)) {
			const text = events.map((event) => fold.add(event)).join('');
			if (events.length > 0) response.sawContent();
			if (fold.hasUsage && fold.isFinished(choiceCount)) response.finishWithin(maxEndMs);
			if (onText && text !== '') await passOn(thinking.push(text), onText);
		}
	} catch (error) {
		failure = error;
	}
	// If the connection drops after the last token, keep the answer: it is complete and paid for.
	if (failure && !(isLost(failure) && fold.isFinished(choiceCount))) throw failure;
	if (onText) await passOn(thinking.end(), onText);
	return toCompletion(fold.completion(), response);
}

/** The events of a stream up to `[DONE]`, in the groups in which they arrive. */
async function* readEvents(
	response: TransportResponse,
): AsyncGenerator<JsonObject[], void, undefined> {
	const text = new TextDecoder();
	const decoder = new ServerSentEventDecoder();
	let isDone = false;
	for await (const bytes of response.chunks) {
		// Drain the stream: closing the connection costs more than reading the bytes after [DONE].
		if (isDone) continue;
		const pieces = decoder.push(text.decode(bytes, { stream: true }));
		const end = pieces.indexOf('[DONE]');
		isDone = end >= 0;
		if (isDone) response.finishWithin(maxEndMs);
		const data = isDone ? pieces.slice(0, end) : pieces;
		yield data.filter((piece) => piece !== '').map((piece) => readEvent(piece, response));
	}
	if (!isDone) throw incomplete('The streamed response', response);
}

/** A gateway that does not close the stream must not hold up a complete answer. */
const maxEndMs = 1000;

/** Whether the rest of the stream did not arrive, for whatever reason. */
function isLost(failure: unknown): boolean {
	const lost = ['connection', 'timeout', 'incompleteAnswer'];
	return failure instanceof InferenceError && lost.includes(failure.kind);
}

function readEvent(data: string, response: TransportResponse): JsonObject {
	const event = parseJson(data);
	if (typeof event !== 'object' || event === null)
		throw invalid(response, 'A part of the streamed response');
	if (hasError(event)) throw streamedError(event.error, event, response);
	return event as JsonObject;
}

/** Some engines fail only after they have sent status 200. */
function hasError(body: unknown): body is { error: unknown } {
	return typeof body === 'object' && body !== null && 'error' in body && Boolean(body.error);
}

function streamedError(error: unknown, event: object, response: TransportResponse): InferenceError {
	const { code, status } = typeof error === 'object' && error !== null ? (error as JsonObject) : {};
	const found = [code, status].map(Number).find((value) => value >= 400 && value <= 599);
	return statusError({
		status: found ?? 500,
		serviceMessage: serviceMessageOf(event, response.redact),
		requestId: requestIdOf(response.headers),
	});
}

function toCompletion(body: unknown, response: TransportResponse): ChatCompletion {
	const completion = normalizeCompletion(body);
	if (completion) return completion;
	if (hasError(body)) throw streamedError(body.error, body, response);
	throw invalid(response, 'The response');
}

async function passOnWhole(completion: ChatCompletion, onText?: TextListener): Promise<void> {
	const content = completion.choices[0]?.message.content;
	if (onText && content) await passOn(splitThinking(content), onText);
}

async function passOn({ answer }: { answer: string }, onText: TextListener): Promise<void> {
	if (answer !== '') await onText(answer);
}

function incomplete(what: string, response: TransportResponse): InferenceError {
	return new InferenceError(`${what} ended before it was complete`, {
		kind: 'incompleteAnswer',
		requestId: requestIdOf(response.headers),
	});
}

function invalid(response: TransportResponse, what: string): InferenceError {
	return new InferenceError(`${what} is not a chat completion`, {
		kind: 'invalidAnswer',
		status: response.status,
		contentType: response.headers['content-type'] ?? 'no content type',
		requestId: requestIdOf(response.headers),
	});
}
