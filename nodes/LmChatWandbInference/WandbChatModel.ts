import {
	BaseChatModel,
	type ChatModelConfig,
	type GenerateResult,
	type Message,
	type MessageContent,
	type StreamChunk,
} from '@n8n/ai-node-sdk';
import {
	completeChat,
	type ChatRequestSource,
	type ChatResult,
} from '../../inference/completeChat';
import type { ResponseFormat } from '../../inference/chatRequest';
import type { InferenceClient } from '../../inference/openClient';
import type { ChatCompletion } from '../../inference/completion/chatCompletion';
import type { TokenUsage } from '../../inference/completion/completionParts';
import type { TextListener } from '../../inference/completion/readCompletion';
import type { Throughput } from '../../inference/pacing/GovernorRegistry';
import type { RetryPolicy } from '../../inference/pacing/retry';
import { ReasoningMemory } from '../../inference/ReasoningMemory';
import { traced, type Trace } from '../../inference/weave/Trace';
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
	/** Identifies the execution, within which tool calls are recognized. */
	execution: string;
	/** Identifies the node that supplies the model. */
	node: string;
	/** How many requests of the node may be in flight at once; no own maximum if absent. */
	maxConcurrency?: number;
	/** Aborts when the execution is stopped. */
	cancelSignal?: AbortSignal;
	/** Starts the trace of a call. */
	startTrace: () => Trace;
	/** Called with the tokens of each answer. */
	onUsage: (usage: TokenUsage | undefined) => void;
	/** Converts an error to the one that n8n shows. */
	explain: (error: unknown) => Error;
}

const runs = new NodeRuns();

/** Of all executions, because the model is supplied anew for each step of an agent. */
const reasoning = new ReasoningMemory(500);

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
		const result = toGenerateResult(completion);
		this.rememberReasoning(completion, result.message.content);
		return result;
	}

	async *stream(messages: Message[], call: CallOptions = {}): AsyncGenerator<StreamChunk> {
		const texts = new TextQueue();
		const abort = new AbortController();
		const result = this.complete(messages, call, texts.push, abort.signal).finally(texts.end);
		result.catch(() => undefined);
		try {
			for await (const delta of texts) yield { type: 'text-delta', delta };
			const { completion } = await result;
			const calls = toToolCalls(completion);
			this.rememberReasoning(completion, calls);
			for (const { toolCallId, toolName, input } of calls) {
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
		const signal = AbortSignal.any(
			[cancelSignal, call.signal, call.abortSignal, abortSignal].filter((one) => one !== undefined),
		);
		const request = this.buildRequest(messages, call);
		try {
			const result = await runs.call(
				node,
				maxConcurrency,
				async (run) =>
					await traced(
						this.settings.startTrace(),
						async (trace) =>
							await completeChat(client, request, {
								...options,
								retryPolicy,
								throughput,
								run,
								signal,
								trace,
								onText,
							}),
						({ completion }) => ({ output: completion }),
					),
			);
			onUsage(result.usage);
			return result;
		} catch (error) {
			throw explain(error);
		}
	}

	/** The agent sends the calls back, but not the reasoning before them, which some models need. */
	private rememberReasoning({ choices }: ChatCompletion, content: MessageContent[]): void {
		const [message] = toChatMessages([{ role: 'assistant', content }]);
		const answer = choices[0]?.message;
		if (message && answer) reasoning.remember(message, answer, this.settings.execution);
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
			recall: (sent) => reasoning.recall(sent, this.settings.execution),
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
