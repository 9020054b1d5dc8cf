import type { JsonObject } from 'n8n-workflow';
import { CompletionFold } from './completionFold';
import { InferenceError, refusedAnswerError, serviceMessageOf } from './errors';
import { parseRetryAfterMs } from './retryAfter';
import { ServerSentEventDecoder } from './sse';
import { ThinkingSplitter } from './thinking';
import type { TransportResponse } from './transport';

export type ToolCall = JsonObject & {
	id?: string;
	type: string;
	function: { name: string; arguments: string };
};

export type CompletionMessage = JsonObject & {
	role: string;
	content: string | null;
	reasoning?: string;
	reasoning_content?: string;
	tool_calls?: ToolCall[];
	function_call?: { name: string; arguments: string };
};

export type CompletionChoice = JsonObject & {
	index: number;
	message: CompletionMessage;
	finish_reason: string | null;
};

/** A chat completion as the API words it, the same for JSON bodies and streams. */
export type ChatCompletion = JsonObject & {
	model?: string;
	choices: CompletionChoice[];
};

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

async function readStream(
	response: TransportResponse,
	{ choiceCount, onText }: ReadOptions,
): Promise<ChatCompletion> {
	const fold = new CompletionFold();
	const thinking = new ThinkingSplitter();
	const show = async (text: string) => {
		if (onText && text !== '') await onText(text);
	};
	let failure: unknown;
	try {
		for await (const events of readEvents(response)) {
			await show(events.map((event) => thinking.push(fold.add(event)).answer).join(''));
		}
	} catch (error) {
		failure = error;
	}
	// A connection lost behind the last word costs nothing; the answer is paid for and whole.
	if (failure && !(isLost(failure) && fold.isFinished(choiceCount))) throw failure;
	await show(thinking.end().answer);
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
	if (!isCompletion(body)) {
		if (hasError(body)) throw streamedError(body.error, body, response);
		throw unreadable(response, 'The answer');
	}
	return { ...withoutEmpty(body), choices: body.choices.map(inOneForm) };
}

function isCompletion(body: unknown): body is ChatCompletion {
	const choices = isRecord(body) ? body.choices : undefined;
	return Array.isArray(choices) && choices.length > 0 && choices.every(isChoice);
}

/** As much of its shape as everything that reads an answer relies on. */
function isChoice(choice: unknown): boolean {
	const message = isRecord(choice) ? choice.message : undefined;
	if (!isRecord(message)) return false;
	const { content, reasoning, reasoning_content: reasoningContent } = message;
	const { tool_calls: toolCalls, function_call: functionCall } = message;
	return (
		[content, reasoning, reasoningContent].every((text) => typeof (text ?? '') === 'string') &&
		isRecord(functionCall ?? {}) &&
		Array.isArray(toolCalls ?? []) &&
		((toolCalls ?? []) as unknown[]).every((call) => isRecord(call) && isRecord(call.function))
	);
}

function isRecord(value: unknown): value is Record<string, unknown> {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * JSON bodies spell out as null or empty what streams leave away; both come out alike, with the
 * nulls that OpenAI's schema requires.
 */
function inOneForm({ message, ...rest }: CompletionChoice): CompletionChoice {
	const { tool_calls: toolCalls, function_call: functionCall } = message;
	return {
		...withoutEmpty(rest),
		index: rest.index,
		message: {
			...withoutEmpty(message),
			role: message.role,
			content: hasCalls(message) ? message.content || null : (message.content ?? null),
			refusal: message.refusal ?? null,
			...(toolCalls?.length ? { tool_calls: toolCalls.map(withFunctionInOneForm) } : {}),
			...(functionCall ? { function_call: functionInOneForm(functionCall) } : {}),
		},
		logprobs: rest.logprobs ?? null,
		finish_reason: rest.finish_reason ?? null,
	};
}

function withFunctionInOneForm(call: ToolCall): ToolCall {
	return { ...call, function: functionInOneForm(call.function) };
}

/** Arguments are text in OpenAI's words; some engines give the value itself, or none. */
function functionInOneForm(called: JsonObject): ToolCall['function'] {
	const { name, arguments: given = '' } = called;
	return {
		...called,
		name: typeof name === 'string' ? name : '',
		arguments: typeof given === 'string' ? given : JSON.stringify(given),
	};
}

/** Some engines give an empty text beside calls, others none. */
function hasCalls({
	tool_calls: toolCalls,
	function_call: functionCall,
}: CompletionMessage): boolean {
	return (toolCalls?.length ?? 0) > 0 || Boolean(functionCall);
}

function withoutEmpty(record: JsonObject): JsonObject {
	const isFull = (value: unknown) =>
		value !== null && !(Array.isArray(value) && value.length === 0);
	return Object.fromEntries(Object.entries(record).filter(([, value]) => isFull(value)));
}

async function showWhole(completion: ChatCompletion, onText?: TextListener): Promise<void> {
	const content = completion.choices[0]?.message.content;
	if (!onText || !content) return;
	const thinking = new ThinkingSplitter();
	const text = thinking.push(content).answer + thinking.end().answer;
	if (text !== '') await onText(text);
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
