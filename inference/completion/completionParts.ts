import { asJsonObject, isJsonObject } from '../json';
import type { ChatCompletion, CompletionMessage, ToolCall } from './chatCompletion';
import { reasoningOf } from './messageText';
import { splitCompleteAnswer, splitThinking } from './ThinkingSplitter';

/** A tool call requested by the model. */
export interface RequestedToolCall {
	/** Absent in legacy function calls (`functions`), and from some engines. */
	id?: string;
	name: string;
	/** As the model wrote them: usually JSON, for custom tools any text. */
	arguments: string;
}

/** What a message says, read the same way for both nodes. */
export interface MessageParts {
	/** The answer without its reasoning; the model's refusal if there is no answer. */
	text: string;
	/** From a field for it, and from `<think>` blocks in the answer; empty if there is none. */
	reasoning: string;
	toolCalls: RequestedToolCall[];
}

export function messageParts(message: CompletionMessage): MessageParts {
	const { content, refusal, tool_calls: calls = [], function_call: legacyCall } = message;
	const named = reasoningOf(message);
	// A service that separates reasoning itself leaves no closing tag of it in the answer.
	const split = named === '' ? splitCompleteAnswer : splitThinking;
	const { answer, reasoning } = split(content ?? '');
	return {
		text: answer === '' && typeof refusal === 'string' ? refusal : answer,
		reasoning: [named, reasoning].filter((part) => part !== '').join('\n'),
		toolCalls: [
			...calls.map(toRequestedCall),
			...(legacyCall ? [{ name: legacyCall.name, arguments: legacyCall.arguments }] : []),
		],
	};
}

function toRequestedCall({ id, function: called, custom }: ToolCall): RequestedToolCall {
	return {
		...(id === undefined ? {} : { id }),
		name: called?.name ?? custom?.name ?? '',
		arguments: called?.arguments ?? custom?.input ?? '',
	};
}

/** Token counts; those that the service did not report are absent. */
export interface TokenUsage {
	promptTokens?: number;
	completionTokens?: number;
	totalTokens?: number;
	cachedTokens?: number;
	reasoningTokens?: number;
	/** What they cost in USD, where the price is known. */
	costUsd?: number;
}

/** The token usage of a completion, or `undefined` if the service reported none. */
export function tokenUsage({ usage }: ChatCompletion): TokenUsage | undefined {
	if (!isJsonObject(usage)) return undefined;
	const counts = {
		promptTokens: usage.prompt_tokens,
		completionTokens: usage.completion_tokens,
		totalTokens: usage.total_tokens,
		cachedTokens: asJsonObject(usage.prompt_tokens_details).cached_tokens,
		reasoningTokens: asJsonObject(usage.completion_tokens_details).reasoning_tokens,
	};
	return Object.fromEntries(
		Object.entries(counts).filter(([, count]) => typeof count === 'number'),
	) as TokenUsage;
}
