import {
	BaseChatModel,
	type ChatModelConfig,
	type GenerateResult,
	type Message,
	type StreamChunk,
} from '@n8n/ai-node-sdk';
import {
	completeChat,
	type ChatRequestSource,
	type ChatResult,
} from '../../inference/completeChat';
import type { ResponseFormat } from '../../inference/chatRequest';
import type { InferenceClient } from '../../inference/openClient';
import type { TokenUsage } from '../../inference/completion/completionParts';
import type { TextListener } from '../../inference/completion/readCompletion';
import type { Throughput } from '../../inference/pacing/GovernorRegistry';
import type { RetryPolicy } from '../../inference/pacing/retry';
import type { RequestOptions } from '../shared/requestOptions';
import type { UsageListener } from './LangChainModel';
import { NodeRuns } from './NodeRuns';
import { TextQueue } from './TextQueue';
import { toChatMessages } from './toChatMessages';
import { toFinishReason, toGenerateResult, toTokenUsage, toToolCalls } from './toGenerateResult';
import { toToolChoice, toToolDefinitions } from './toolDefinitions';

export interface ChatModelSettings {
	model: string;
	options: RequestOptions;
	responseFormat: ResponseFormat;
	retryPolicy: RetryPolicy;
	client: InferenceClient;
	/** Identifies the node that supplies the model. */
	node: string;
	/** How many requests of the node may be in flight at once; no own maximum if absent. */
	maxConcurrency?: number;
	/** Aborts when the execution is stopped. */
	cancelSignal?: AbortSignal;
	/** Called with the tokens of each answer. */
	onUsage: (usage: TokenUsage | undefined) => void;
	/** Converts an error to the one that n8n shows. */
	explain: (error: unknown) => Error;
}

const runs = new NodeRuns();

/** The runs have the maximum, so the account's limit needs none. */
const throughput: Throughput = { mode: 'adaptive', maxConcurrency: Infinity };

/** What LangChain passes with a call. */
interface CallOptions extends ChatModelConfig, UsageListener {
	signal?: AbortSignal;
	stop?: string[];
	tool_choice?: unknown;
}

/** A W&B model for n8n's agents and chains. It retries requests itself. */
export class WandbChatModel extends BaseChatModel<CallOptions> {
	constructor(private readonly settings: ChatModelSettings) {
		super('wandb-inference', settings.model);
	}

	async generate(messages: Message[], call: CallOptions = {}): Promise<GenerateResult> {
		const { completion } = await this.complete(messages, call);
		return toGenerateResult(completion);
	}

	async *stream(messages: Message[], call: CallOptions = {}): AsyncGenerator<StreamChunk> {
		const texts = new TextQueue();
		const abort = new AbortController();
		const result = this.complete(messages, call, texts.push, abort.signal).finally(texts.end);
		result.catch(() => undefined);
		try {
			for await (const delta of texts) yield { type: 'text-delta', delta };
			const { completion } = await result;
			for (const { toolCallId, toolName, input } of toToolCalls(completion)) {
				yield { type: 'tool-call-delta', id: toolCallId, name: toolName, argumentsDelta: input };
			}
			const usage = toTokenUsage(completion);
			if (usage) call.onUsage?.(usage);
			yield { type: 'finish', finishReason: toFinishReason(completion), usage };
		} finally {
			abort.abort();
		}
	}

	private async complete(
		messages: Message[],
		call: CallOptions,
		onText?: TextListener,
		abortSignal?: AbortSignal,
	): Promise<ChatResult> {
		const { client, options, retryPolicy, node, maxConcurrency, cancelSignal, onUsage, explain } =
			this.settings;
		const signals = [cancelSignal, call.signal, call.abortSignal, abortSignal];
		const request = this.buildRequest(messages, call);
		try {
			const result = await runs.call(
				node,
				maxConcurrency,
				async (run) =>
					await completeChat(client, request, {
						...options,
						retryPolicy,
						throughput,
						run,
						signal: AbortSignal.any(signals.filter((signal) => signal !== undefined)),
						onText,
					}),
			);
			onUsage(result.usage);
			return result;
		} catch (error) {
			throw explain(error);
		}
	}

	private buildRequest(messages: Message[], call: CallOptions): ChatRequestSource {
		const { model, options, responseFormat } = this.settings;
		const { stream, extraBody } = options;
		const { parallel_tool_calls: isParallel, stop = [], ...fields } = options.fields;
		const tools = toToolDefinitions(this.tools);
		const stops = [...new Set([stop, call.stop ?? []].flat())];
		return {
			model,
			readMessages: async () => toChatMessages(messages),
			loadLength: 0,
			fields: {
				...fields,
				...(stops.length > 0 ? { stop: stops } : {}),
				// The service rejects both in a request without tools, which an agent may also send.
				...(tools.length > 0 && isParallel !== undefined
					? { parallel_tool_calls: isParallel }
					: {}),
				...(tools.length > 0 ? toToolChoice(call.tool_choice) : {}),
			},
			responseFormat,
			tools,
			stream,
			extraBody,
		};
	}
}
