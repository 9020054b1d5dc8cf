import type { JsonObject } from 'n8n-workflow';
import { parseJson, readRefusal, readText, requestIdOf } from '../http/responseBody';
import { CompletionFold } from './CompletionFold';
import { toOneForm, type ChatCompletion } from './chatCompletion';
import { InferenceError, refusedAnswerError, serviceMessageOf } from '../InferenceError';
import { ServerSentEventDecoder } from '../http/ServerSentEventDecoder';
import { splitThinking, ThinkingSplitter } from './ThinkingSplitter';
import type { TransportResponse } from '../http/transport';

/** Shown to a person as it arrives: text of the first choice, without its thinking. */
export type TextListener = (text: string) => Promise<void>;

export interface ReadOptions {
	/** How many choices were asked for. */
	choiceCount: number;
	onText?: TextListener;
}

/**
 * Reads an answer to its end, whether it came as JSON or as server-sent events.
 *
 * Throws an `InferenceError` for a status other than 2xx, an error inside the stream, an answer
 * that is no completion, and a stream that ends before the answer does.
 */
export async function readCompletion(
	response: TransportResponse,
	options: ReadOptions,
): Promise<ChatCompletion> {
	if (response.status < 200 || response.status > 299) throw await readRefusal(response);
	const isStream = response.headers['content-type']?.includes('text/event-stream') ?? false;
	if (isStream) return await readStream(response, options);
	const completion = readBody(await readText(response.chunks), response);
	await showWhole(completion, options.onText);
	return completion;
}

function readBody(text: string, response: TransportResponse): ChatCompletion {
	const body = parseJson(text);
	if (body === undefined && /^\s*\{/.test(text)) throw cutOff('The answer', response);
	return toCompletion(body, response);
}

async function readStream(
	response: TransportResponse,
	{ choiceCount, onText }: ReadOptions,
): Promise<ChatCompletion> {
	const fold = new CompletionFold();
	const thinking = new ThinkingSplitter();
	let failure: unknown;
	try {
		for await (const events of readEvents(response)) {
			const text = events.map((event) => fold.add(event)).join('');
			if (onText && text !== '') await showAnswer(thinking.push(text), onText);
		}
	} catch (error) {
		failure = error;
	}
	// A connection lost behind the last word costs nothing; the answer is paid for and whole.
	if (failure && !(isLost(failure) && fold.isFinished(choiceCount))) throw failure;
	if (onText) await showAnswer(thinking.end(), onText);
	return toCompletion(fold.completion(), response);
}

/** The events of a stream, as many at a time as arrive together, up to `[DONE]`. */
async function* readEvents(
	response: TransportResponse,
): AsyncGenerator<JsonObject[], void, undefined> {
	const text = new TextDecoder();
	const decoder = new ServerSentEventDecoder();
	let isDone = false;
	for await (const bytes of response.chunks) {
		// Read to the end: to break the connection off costs more than the few bytes behind the mark.
		if (isDone) continue;
		const pieces = decoder.push(text.decode(bytes, { stream: true }));
		const end = pieces.indexOf('[DONE]');
		isDone = end >= 0;
		const data = isDone ? pieces.slice(0, end) : pieces;
		yield data.filter((piece) => piece !== '').map((piece) => readEvent(piece, response));
	}
	if (!isDone) throw cutOff('The streamed answer', response);
}

/** The rest of the stream did not come, for whatever reason. */
function isLost(failure: unknown): boolean {
	const lost = ['connection', 'timeout', 'incompleteAnswer'];
	return failure instanceof InferenceError && lost.includes(failure.kind);
}

function readEvent(data: string, response: TransportResponse): JsonObject {
	const event = parseJson(data);
	if (typeof event !== 'object' || event === null)
		throw unreadable(response, 'A piece of the streamed answer');
	if (hasError(event)) throw streamedError(event.error, event, response);
	return event as JsonObject;
}

/** Some engines notice a fault only after they have answered 200. */
function hasError(body: unknown): body is { error: unknown } {
	return typeof body === 'object' && body !== null && 'error' in body && Boolean(body.error);
}

function streamedError(error: unknown, event: object, response: TransportResponse): InferenceError {
	const { code, status } = typeof error === 'object' && error !== null ? (error as JsonObject) : {};
	const found = [code, status].map(Number).find((value) => value >= 400 && value <= 599);
	return refusedAnswerError({
		status: found ?? 500,
		serviceMessage: serviceMessageOf(event),
		requestId: requestIdOf(response.headers),
	});
}

function toCompletion(body: unknown, response: TransportResponse): ChatCompletion {
	const completion = toOneForm(body);
	if (completion) return completion;
	if (hasError(body)) throw streamedError(body.error, body, response);
	throw unreadable(response, 'The answer');
}

async function showWhole(completion: ChatCompletion, onText?: TextListener): Promise<void> {
	const content = completion.choices[0]?.message.content;
	if (onText && content) await showAnswer(splitThinking(content), onText);
}

async function showAnswer({ answer }: { answer: string }, onText: TextListener): Promise<void> {
	if (answer !== '') await onText(answer);
}

function cutOff(what: string, response: TransportResponse): InferenceError {
	return new InferenceError(`${what} ended before it was complete`, {
		kind: 'incompleteAnswer',
		advice: 'Run again. If it persists, check the proxy or gateway between n8n and the service.',
		requestId: requestIdOf(response.headers),
	});
}

function unreadable(response: TransportResponse, what: string): InferenceError {
	return new InferenceError(`${what} is not a chat completion`, {
		kind: 'invalidAnswer',
		advice: `Check 'Base URL' in the credential: it must reach an OpenAI-compatible API and normally ends in /v1. (${response.headers['content-type'] ?? 'no content type'})`,
		status: response.status,
		requestId: requestIdOf(response.headers),
	});
}
