import type { JsonObject } from 'n8n-workflow';
import { costUsd, type ModelPrice } from './catalog/costUsd';
import { withModelFacts } from './catalog/withModelFacts';
import { buildChatRequest, type ChatMessage, type ChatRequest } from './chatRequest';
import type { ChatCompletion } from './completion/chatCompletion';
import { tokenUsage, type TokenUsage } from './completion/completionParts';
import { isEventStream, readCompletion, type TextListener } from './completion/readCompletion';
import { isSuccess, requestIdOf } from './http/responseBody';
import { InferenceError } from './InferenceError';
import { LoadBudget } from './LoadBudget';
import type { InferenceClient } from './openClient';
import type { Permit } from './pacing/Permit';
import type { Throughput } from './pacing/GovernorRegistry';
import { withRetry, type RetryNotice, type RetryPolicy } from './pacing/retry';
import type { Run } from './pacing/RunQueue';
import { sendWithReasoning } from './sendWithReasoning';
import { noTrace, traced, type Trace } from './weave/Trace';

export interface ChatOptions {
	retryPolicy: RetryPolicy;
	/** Tried in order if the requested model cannot answer. */
	fallbackModels: string[];
	extraHeaders: Record<string, string>;
	/** Maximum time without receiving any data, in milliseconds; 0 for no limit. */
	timeoutMs: number;
	throughput: Throughput;
	/** The run of the node that this request belongs to. */
	run: Run;
	/** Used for the first request if it is for the right project and the model is not on hold. */
	permit?: Permit;
	/** Whether an earlier request belongs to the same item, so that this one goes before new items. */
	isFollowUp?: boolean;
	signal?: AbortSignal;
	/** Of what this request belongs to. Each attempt is a step of it. */
	trace?: Trace;
	/** Called with each chunk of text. After the first call, the request is no longer retried. */
	onText?: TextListener;
	onRetry?: (notice: RetryNotice) => void;
	/** Called with the final error before another request may use the slot. */
	onFailure?: (error: InferenceError) => void;
}

/** A chat request whose messages are read for each attempt, e.g. to load images from storage. */
export interface ChatRequestSource extends Omit<ChatRequest, 'messages'> {
	readMessages(): Promise<ChatMessage[]>;
	/** About how many characters that loads; 0 if the messages are in memory anyway. */
	loadLength: number;
	/** Adds the reasoning of earlier rounds to the messages; the same list if there is none. */
	recall?: (messages: ChatMessage[]) => ChatMessage[];
}

export interface ChatResult {
	completion: ChatCompletion;
	/** The ID of the model that was asked: the requested one or a fallback. */
	model: string;
	/** The tokens of the completion; absent if the service reported none. */
	usage?: TokenUsage;
	/** Requests sent until this completion arrived. */
	attempts: number;
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
	request: ChatRequestSource,
	options: ChatOptions,
): Promise<ChatResult> {
	const { run, signal, retryPolicy, fallbackModels, extraHeaders, onRetry } = options;
	const progress: Progress = { isShown: false, resentCount: 0 };
	const explain = (error: InferenceError) => {
		const explained = withModelFacts(error, request.model, client.catalog).with({});
		explained.attempts += progress.resentCount;
		return explained;
	};
	const governor = client.governorFor(extraHeaders, options.throughput);
	let firstPermit = options.permit;

	const { result, attempts } = await withRetry({
		models: [request.model, ...fallbackModels],
		policy: retryPolicy,
		clock: client.clock,
		acquire: async (model, maxWaitMs, isRetry) => {
			const permit = firstPermit;
			firstPermit = undefined;
			if (permit?.governor === governor && permit.use(model)) return permit;
			permit?.ended();
			const { isFollowUp } = options;
			return await governor.acquire({ run, model, maxWaitMs, isRetry, isFollowUp, signal });
		},
		send: async (permit, model) =>
			await sendChat(client, { ...request, model }, permit, noting(progress, options)),
		end: endPermit,
		hasSlotsHeldByOthers: () => governor.heldSlots > 0,
		isShown: () => progress.isShown,
		onRetry,
		onFailure: (error) => options.onFailure?.(explain(error)),
		signal,
	}).catch((error) => {
		throw error instanceof InferenceError ? explain(error) : error;
	});
	return { ...result, attempts: attempts + progress.resentCount };
}

/** What has happened while the request was sent. */
interface Progress {
	/** Whether a user has seen some of the text. */
	isShown: boolean;
	/** Requests that were sent again because the model refuses reasoning. */
	resentCount: number;
}

interface SendOptions extends ChatOptions {
	/** Called before a request is sent again because the model refuses its reasoning. */
	onResend: () => void;
}

function noting(progress: Progress, options: ChatOptions): SendOptions {
	const { onText } = options;
	return {
		...options,
		onText:
			onText &&
			(async (text) => {
				progress.isShown = true;
				await onText(text);
			}),
		onResend: () => {
			progress.resentCount += 1;
		},
	};
}

async function sendChat(
	client: InferenceClient,
	request: ChatRequestSource,
	permit: Permit,
	options: SendOptions,
): Promise<Omit<ChatResult, 'attempts'>> {
	const release = await loads.reserve(request.loadLength, options.signal);
	try {
		return await sendLoaded(client, request, permit, options);
	} finally {
		release();
	}
}

/** Each image exists about three times while its request is sent. */
const loads = new LoadBudget(160_000_000);

async function sendLoaded(
	client: InferenceClient,
	request: ChatRequestSource,
	permit: Permit,
	options: SendOptions,
): Promise<Omit<ChatResult, 'attempts'>> {
	const { model } = request;
	const { trace = noTrace, onResend } = options;
	const send = async (messages: ChatMessage[]) => {
		const body = buildChatRequest({ ...request, messages });
		permit.sent(lengthOf(body));
		return await traced(
			trace.child('wandb_inference.chat_completion', body, model),
			async () => await sendBody(client, { model, body }, permit, options),
			({ completion, usage }) => ({ output: completion, usage: { model, tokens: usage } }),
		);
	};
	return await sendWithReasoning(await request.readMessages(), {
		account: permit.governor,
		model,
		recall: request.recall,
		send,
		onResend,
	});
}

async function sendBody(
	client: InferenceClient,
	{ model, body }: { model: string; body: JsonObject },
	permit: Permit,
	options: ChatOptions,
): Promise<Omit<ChatResult, 'attempts'>> {
	const { extraHeaders, timeoutMs, signal, onText } = options;
	const response = await client.transport({
		method: 'POST',
		path: '/chat/completions',
		body,
		headers: extraHeaders,
		timeoutMs,
		signal,
	});
	if (isSuccess(response) && isEventStream(response)) permit.accepted();
	const completion = await readCompletion(response, { choiceCount: choiceCountOf(body), onText });
	permit.succeeded();
	return {
		completion,
		model,
		usage: usageOf(completion, response.headers, client.catalog.known(model) ?? {}),
		requestId: requestIdOf(response.headers),
	};
}

/** The tokens and what they cost: what a LiteLLM proxy says, otherwise at the model's price. */
function usageOf(
	completion: ChatCompletion,
	headers: Record<string, string>,
	price: ModelPrice,
): TokenUsage | undefined {
	const usage = tokenUsage(completion);
	// A proxy that does not know the price reports 0.
	const reported = Number(headers['x-litellm-response-cost'] ?? 0);
	const cost = reported > 0 ? reported : usage && costUsd(usage, price);
	return cost === undefined ? usage : { ...usage, costUsd: cost };
}

/** About how long the body is, without serializing it. */
function lengthOf(value: unknown): number {
	if (typeof value === 'string') return value.length;
	if (typeof value !== 'object' || value === null) return 8;
	return Object.values(value).reduce((sum: number, part) => sum + lengthOf(part), 0);
}

function choiceCountOf(body: JsonObject): number {
	return typeof body.n === 'number' ? body.n : 1;
}

function endPermit(permit: Permit, error: unknown): void {
	const { kind, retryAfterMs } = error instanceof InferenceError ? error : {};
	if (kind === 'concurrency') permit.rejected();
	else if (kind === 'overloaded' || kind === 'rateLimit') permit.unavailable(kind, retryAfterMs);
	else permit.ended();
}
