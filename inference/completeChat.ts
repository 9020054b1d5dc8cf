import type { JsonObject } from 'n8n-workflow';
import { buildChatRequest, type ChatRequest } from './chatRequest';
import type { InferenceClient } from './openClient';
import { requestIdOf } from './http/responseBody';
import { readCompletion, type TextListener } from './completion/readCompletion';
import type { ChatCompletion } from './completion/chatCompletion';
import { InferenceError, withoutQuotes } from './InferenceError';
import type { Permit } from './pacing/Governor';
import { withRetry, type RetryNotice, type RetryPolicy } from './pacing/retry';

export interface ChatOptions {
	retryPolicy: RetryPolicy;
	/** Tried in turn when the model asked for cannot answer. */
	fallbackModels: string[];
	extraHeaders: Record<string, string>;
	timeoutMs: number;
	/** Most requests in flight among the callers that give the same number. */
	maxConcurrency?: number;
	signal?: AbortSignal;
	/** Given each piece of text as it arrives; once it has, a failure is final. */
	onText?: TextListener;
	onRetry?: (notice: RetryNotice) => void;
}

export interface ChatResult {
	completion: ChatCompletion;
	/** Requests sent until this answer came. */
	attempts: number;
	requestId?: string;
}

/**
 * Sends one chat completion request and reads its answer: a permit, the request, the answer, the
 * permit's end, and again after a wait while the retry policy allows.
 *
 * Throws an `InferenceError` that holds neither key nor prompt.
 */
export async function completeChat(
	client: InferenceClient,
	request: ChatRequest,
	options: ChatOptions,
): Promise<ChatResult> {
	let isShown = false;
	const onText: TextListener | undefined =
		options.onText &&
		(async (text) => {
			isShown = true;
			await options.onText?.(text);
		});

	const { result, attempts } = await withRetry(
		async (model) =>
			await attemptChat(client, buildChatRequest({ ...request, model }), { ...options, onText }),
		{
			models: [request.model, ...options.fallbackModels],
			policy: options.retryPolicy,
			clock: client.clock,
			signal: options.signal,
			isShown: () => isShown,
			onRetry: options.onRetry,
		},
	);
	return { ...result, attempts };
}

async function attemptChat(
	{ transport, governorFor, apiKey }: InferenceClient,
	body: JsonObject,
	options: ChatOptions,
): Promise<Omit<ChatResult, 'attempts'>> {
	const governor = governorFor(options.extraHeaders);
	const permit = await governor.acquire(options.signal, options.maxConcurrency);
	let failure: unknown;
	try {
		const response = await transport({
			method: 'POST',
			path: '/chat/completions',
			body,
			headers: options.extraHeaders,
			timeoutMs: options.timeoutMs,
			signal: options.signal,
		});
		const choiceCount = typeof body.n === 'number' ? body.n : 1;
		const completion = await readCompletion(response, { choiceCount, onText: options.onText });
		permit.succeeded();
		return { completion, requestId: requestIdOf(response.headers) };
	} catch (error) {
		failure = error;
	} finally {
		endPermit(permit, failure);
	}
	throw failure instanceof InferenceError ? withoutSecrets(failure, body, apiKey) : failure;
}

function endPermit(permit: Permit, failure: unknown): void {
	if (!(failure instanceof InferenceError)) permit.ignored();
	else if (failure.kind === 'concurrency') permit.rejected(failure.retryAfterMs);
	else permit.ignored(failure.kind === 'rateLimit' ? failure.retryAfterMs : undefined);
}

/** Engines and gateways quote what they refuse; neither the key nor the prompt may travel on. */
function withoutSecrets(error: InferenceError, body: JsonObject, apiKey: string): InferenceError {
	const text = error.message.replaceAll(apiKey, '[…]');
	const message = withoutQuotes(text, textOf(body.messages));
	return message === error.message ? error : new InferenceError(message, error);
}

/** All strings of the messages, as they stand in JSON and as they read. */
function textOf(value: unknown): string {
	if (typeof value === 'string') return `${value}\n${JSON.stringify(value).slice(1, -1)}`;
	if (typeof value !== 'object' || value === null) return '';
	return Object.values(value).map(textOf).join('\n');
}
