import type { JsonObject } from 'n8n-workflow';
import { buildChatRequest, type ChatRequest } from './chatRequest';
import type { ChatCompletion } from './completion/chatCompletion';
import { readCompletion, type TextListener } from './completion/readCompletion';
import { requestIdOf } from './http/responseBody';
import { InferenceError } from './InferenceError';
import type { InferenceClient } from './openClient';
import type { Permit } from './pacing/Governor';
import type { Throughput } from './pacing/GovernorRegistry';
import { withRetry, type RetryNotice, type RetryPolicy } from './pacing/retry';
import { redact } from './redact';

export interface ChatOptions {
	retryPolicy: RetryPolicy;
	/** Tried in order if the requested model cannot answer. */
	fallbackModels: string[];
	extraHeaders: Record<string, string>;
	/** Maximum time without receiving any data, in milliseconds; 0 for no limit. */
	timeoutMs: number;
	throughput: Throughput;
	signal?: AbortSignal;
	/** Called with each chunk of text. After the first call, the request is no longer retried. */
	onText?: TextListener;
	onRetry?: (notice: RetryNotice) => void;
}

export interface ChatResult {
	completion: ChatCompletion;
	/** Requests sent until this completion arrived. */
	attempts: number;
	/** How many requests of this run were allowed at once when the completion arrived. */
	concurrencyLimit: number;
	requestId?: string;
}

/**
 * Sends one chat completion request: acquires a permit, sends the request, reads the response, ends
 * the permit; repeats while the retry policy allows.
 *
 * Throws an `InferenceError` that contains neither the key nor the prompt.
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
	const { extraHeaders, throughput, timeoutMs, signal, onText } = options;
	const governor = governorFor(extraHeaders, throughput);
	const permit = await governor.acquire(signal, throughput.maxConcurrency);
	let failure: unknown;
	try {
		const response = await transport({
			method: 'POST',
			path: '/chat/completions',
			body,
			headers: extraHeaders,
			timeoutMs,
			signal,
		});
		const choiceCount = typeof body.n === 'number' ? body.n : 1;
		const completion = await readCompletion(response, { choiceCount, onText });
		permit.succeeded();
		return {
			completion,
			concurrencyLimit: Math.min(governor.limit, throughput.maxConcurrency),
			requestId: requestIdOf(response.headers),
		};
	} catch (error) {
		failure = error;
	} finally {
		endPermit(permit, failure);
	}
	throw failure instanceof InferenceError ? redact(failure, body, apiKey) : failure;
}

function endPermit(permit: Permit, failure: unknown): void {
	if (!(failure instanceof InferenceError)) permit.ignored();
	else if (failure.kind === 'concurrency') permit.rejected(failure.retryAfterMs);
	else permit.ignored(failure.kind === 'rateLimit' ? failure.retryAfterMs : undefined);
}
