import { isSuccess, readErrorResponse } from '../http/responseBody';
import type { TransportResponse } from '../http/transport';
import { asJsonObject, parseJson } from '../json';
import { incompleteAnswer, invalidAnswer, reportedError } from './answerErrors';
import { normalizeCompletion, type ChatCompletion } from './chatCompletion';
import { messageParts } from './completionParts';
import { CompletionStream } from './CompletionStream';
import { openBody, type OpenBody } from './openBody';
import { ThinkingSplitter } from './ThinkingSplitter';

/** Called with each chunk of the first choice's answer, without its reasoning. */
export type TextListener = (text: string) => Promise<void>;

export interface ReadOptions {
	/** How many choices the request asked for. */
	choiceCount: number;
	onText?: TextListener;
}

/**
 * Reads a response to its end, whether it arrives as JSON or as server-sent events, and whatever its
 * content type says.
 *
 * Throws an `InferenceError` for a status other than 2xx, an error inside the body, a body that is
 * not a completion, and one that ends before the completion is finished.
 */
export async function readCompletion(
	response: TransportResponse,
	{ choiceCount, onText }: ReadOptions,
): Promise<ChatCompletion> {
	if (!isSuccess(response)) throw await readErrorResponse(response);
	const isLabeledStream = isEventStream(response);
	if (isLabeledStream) response.sawContent();
	const { format, text } = await openBody(response.chunks);
	const isStream = format === undefined ? isLabeledStream : format === 'events';
	const live = onText && new LiveAnswer(onText);
	const completion = isStream
		? await readStream(text, response, choiceCount, live)
		: await readBody(text, response);
	await live?.end(completion);
	return completion;
}

/** Whether the response is a stream of server-sent events, according to its head. */
export function isEventStream({ headers }: Pick<TransportResponse, 'headers'>): boolean {
	return headers['content-type']?.toLowerCase().includes('text/event-stream') ?? false;
}

async function readBody(
	text: OpenBody['text'],
	response: TransportResponse,
): Promise<ChatCompletion> {
	const pieces: string[] = [];
	for await (const piece of text) pieces.push(piece);
	const whole = pieces.join('');
	const body = parseJson(whole);
	if (body === undefined && whole.startsWith('{')) throw incompleteAnswer('The response', response);
	const completion = normalizeCompletion(body);
	if (completion) return completion;
	throw reportedError(asJsonObject(body), response) ?? invalidAnswer('The response', response);
}

async function readStream(
	text: OpenBody['text'],
	response: TransportResponse,
	choiceCount: number,
	live?: LiveAnswer,
): Promise<ChatCompletion> {
	const stream = new CompletionStream(response, choiceCount);
	let failure: unknown;
	try {
		for await (const piece of text) {
			// Drain the stream: closing the connection costs more than reading the bytes after [DONE].
			if (stream.isDone) continue;
			const added = stream.push(piece);
			if (live && added !== '') await live.add(added);
		}
	} catch (error) {
		failure = error;
	}
	return stream.end(failure);
}

/** Passes on the answer of the first choice as it arrives. */
class LiveAnswer {
	private readonly thinking = new ThinkingSplitter();

	private isShown = false;

	constructor(private readonly onText: TextListener) {}

	async add(text: string): Promise<void> {
		await this.show(this.thinking.push(text).answer);
	}

	/** Passes on the rest, or all of it if it did not arrive in pieces, as refusals and JSON do not. */
	async end({ choices: [first] }: ChatCompletion): Promise<void> {
		await this.show(this.thinking.end().answer);
		if (first && !this.isShown) await this.show(messageParts(first.message).text);
	}

	private async show(text: string): Promise<void> {
		if (text === '') return;
		this.isShown = true;
		await this.onText(text);
	}
}
