import type {
	ContentText,
	ContentToolCall,
	FinishReason,
	GenerateResult,
	TokenUsage,
} from '@n8n/ai-node-sdk';
import { randomUUID } from 'crypto';
import type { JsonObject } from 'n8n-workflow';
import type { ChatCompletion } from '../../inference/completion/chatCompletion';
import { messageParts, tokenUsage } from '../../inference/completion/completionParts';
import { isJsonObject, parseJson } from '../../inference/json';

/** A completion as n8n's AI node SDK expects it. */
export function toGenerateResult(completion: ChatCompletion): GenerateResult {
	const finishReason = toFinishReason(completion);
	return {
		finishReason,
		usage: toTokenUsage(completion),
		message: { role: 'assistant', content: [...toText(completion), ...toToolCalls(completion)] },
		providerMetadata: { finish_reason: finishReason },
	};
}

/** The answer without any reasoning; empty if there is no text. */
function toText(completion: ChatCompletion): ContentText[] {
	const message = completion.choices[0]?.message;
	const text = message ? messageParts(message).text : '';
	return text === '' ? [] : [{ type: 'text', text }];
}

/**
 * The tool calls of the answer, each with a unique ID and with arguments that are a JSON object. An
 * agent matches results by ID, and fails silently on arguments it cannot parse.
 */
export function toToolCalls(
	completion: ChatCompletion,
): Array<Required<Omit<ContentToolCall, 'providerMetadata'>>> {
	const ids = new Set<string>();
	const message = completion.choices[0]?.message;
	const calls = message ? messageParts(message).toolCalls : [];
	return calls.map(({ id, name, arguments: text }) => {
		const toolCallId = id === undefined || ids.has(id) ? `call_${randomUUID()}` : id;
		ids.add(toolCallId);
		const input = JSON.stringify(parseArguments(text));
		return { type: 'tool-call', toolCallId, toolName: name, input };
	});
}

/**
 * Empty text means no arguments. Invalid ones are passed on under a name that no tool knows: the
 * tool reports what is missing, and the model sees both its own text and that report.
 */
function parseArguments(text: string): JsonObject {
	if (text.trim() === '') return {};
	const value = parseJson(text);
	const unpacked = typeof value === 'string' ? parseJson(value) : value;
	if (unpacked === null) return {};
	return isJsonObject(unpacked) ? unpacked : { invalidArguments: text };
}

/** Why the answer ended, in the SDK's terms. */
export function toFinishReason(completion: ChatCompletion): FinishReason {
	switch (completion.choices[0]?.finish_reason) {
		case 'stop':
			return 'stop';
		case 'length':
			return 'length';
		case 'content_filter':
			return 'content-filter';
		case 'tool_calls':
		case 'function_call':
			return 'tool-calls';
		default:
			return 'other';
	}
}

/** Token counts if the service reported them. Otherwise n8n estimates them and says so. */
export function toTokenUsage(completion: ChatCompletion): TokenUsage | undefined {
	const usage = tokenUsage(completion);
	if (!usage) return undefined;
	const { promptTokens = 0, completionTokens = 0, cachedTokens, reasoningTokens } = usage;
	return {
		promptTokens,
		completionTokens,
		totalTokens: usage.totalTokens ?? promptTokens + completionTokens,
		...(cachedTokens === undefined ? {} : { inputTokenDetails: { cacheRead: cachedTokens } }),
		...(reasoningTokens === undefined
			? {}
			: { outputTokenDetails: { reasoning: reasoningTokens } }),
	};
}
