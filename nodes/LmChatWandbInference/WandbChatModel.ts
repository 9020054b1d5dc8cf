import {
	BaseChatModel,
	type ChatModelConfig,
	type GenerateResult,
	type Message,
	type StreamChunk,
} from '@n8n/ai-node-sdk';
import { completeChat, type ChatResult } from '../../inference/completeChat';
import type { ChatRequest } from '../../inference/chatRequest';
import type { InferenceClient } from '../../inference/openClient';
import type { TextListener } from '../../inference/completion/readCompletion';
import type { RetryPolicy } from '../../inference/pacing/retry';
import type { RequestOptions } from '../shared/requestOptions';
import { finishReasonOf, textOf, toolCallsOf, usageOf } from './toGenerateResult';
import { TextQueue } from './TextQueue';
import { toToolChoice, toToolDefinitions } from './toolDefinitions';
import { toChatMessages } from './toChatMessages';

export interface ChatModelSettings {
	model: string;
	options: RequestOptions;
	retryPolicy: RetryPolicy;
	client: InferenceClient;
	maxConcurrency: number;
	/** Aborts when the execution is stopped. */
	cancelSignal?: AbortSignal;
	/** Turns a failure into the error that n8n shows. */
	explain: (error: unknown) => Error;
}

/** What LangChain hands through with a call. */
interface CallOptions extends ChatModelConfig {
	signal?: AbortSignal;
	stop?: string[];
	tool_choice?: unknown;
}

/** A W&B model as n8n's agents and chains know models. It retries by itself, so nobody else should. */
export class WandbChatModel extends BaseChatModel<CallOptions> {
	constructor(private readonly settings: ChatModelSettings) {
		super('wandb-inference', settings.model);
	}

	async generate(messages: Message[], call: CallOptions = {}): Promise<GenerateResult> {
		const { completion } = await this.complete(messages, call);
		return {
			finishReason: finishReasonOf(completion),
			usage: usageOf(completion),
			message: {
				role: 'assistant',
				content: [...textOf(completion), ...toolCallsOf(completion)],
			},
			providerMetadata: { finish_reason: finishReasonOf(completion) },
		};
	}

	async *stream(messages: Message[], call: CallOptions = {}): AsyncGenerator<StreamChunk> {
		const texts = new TextQueue();
		const giveUp = new AbortController();
		const answer = this.complete(messages, call, texts.push, giveUp.signal).finally(texts.end);
		answer.catch(() => undefined);
		try {
			for await (const delta of texts) yield { type: 'text-delta', delta };
			const { completion } = await answer;
			for (const { toolCallId, toolName, input } of toolCallsOf(completion)) {
				yield { type: 'tool-call-delta', id: toolCallId, name: toolName, argumentsDelta: input };
			}
			yield {
				type: 'finish',
				finishReason: finishReasonOf(completion),
				usage: usageOf(completion),
			};
		} finally {
			giveUp.abort();
		}
	}

	private async complete(
		messages: Message[],
		call: CallOptions,
		onText?: TextListener,
		giveUp?: AbortSignal,
	): Promise<ChatResult> {
		const { client, options, retryPolicy, maxConcurrency, cancelSignal, explain } = this.settings;
		const signals = [cancelSignal, call.signal, call.abortSignal, giveUp];
		const request = this.buildRequest(messages, call);
		try {
			return await completeChat(client, request, {
				...options,
				retryPolicy,
				maxConcurrency,
				signal: AbortSignal.any(signals.filter((signal) => signal !== undefined)),
				onText,
			});
		} catch (error) {
			throw explain(error);
		}
	}

	private buildRequest(messages: Message[], call: CallOptions): ChatRequest {
		const { model, options } = this.settings;
		const { stream, extraBody } = options;
		const { parallel_tool_calls: isParallel, stop = [], ...fields } = options.fields;
		const tools = toToolDefinitions(this.tools);
		const stops = [...new Set([stop, call.stop ?? []].flat())];
		return {
			model,
			messages: toChatMessages(messages),
			fields: {
				...fields,
				...(stops.length > 0 ? { stop: stops } : {}),
				// Both are refused in a request without tools, which an agent may send as well.
				...(tools.length > 0 && isParallel !== undefined
					? { parallel_tool_calls: isParallel }
					: {}),
				...(tools.length > 0 ? toToolChoice(call.tool_choice) : {}),
			},
			responseFormat: { type: 'text' },
			tools,
			stream,
			extraBody,
		};
	}
}
