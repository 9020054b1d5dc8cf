import type { ContentText, ContentToolCall, FinishReason, TokenUsage } from '@n8n/ai-node-sdk';
import { randomUUID } from 'crypto';
import type { JsonObject, JsonValue } from 'n8n-workflow';
import { parseJson } from '../../inference/http/responseBody';
import type { ChatCompletion } from '../../inference/completion/chatCompletion';
import { textOf as textOfMessage } from '../../inference/completion/completionParts';

/** The answer's text for the reader, without any reasoning; empty where there is none. */
export function textOf(completion: ChatCompletion): ContentText[] {
	const message = completion.choices[0]?.message;
	const text = message ? textOfMessage(message).text : '';
	return text === '' ? [] : [{ type: 'text', text }];
}

/**
 * The calls that the answer asks for, each with an id of its own and arguments that are a JSON
 * object: an agent pairs results by id, and stops without a word at arguments that it cannot parse.
 */
export function toolCallsOf(
	completion: ChatCompletion,
): Array<Required<Omit<ContentToolCall, 'providerMetadata'>>> {
	const ids = new Set<string>();
	const calls = completion.choices[0]?.message.tool_calls ?? [];
	return calls.map(({ id, function: called }) => {
		const toolCallId = id === undefined || ids.has(id) ? `call_${randomUUID()}` : id;
		ids.add(toolCallId);
		const input = JSON.stringify(argumentsOf(called.arguments));
		return { type: 'tool-call', toolCallId, toolName: called.name, input };
	});
}

/**
 * Nothing means no arguments. Broken ones travel on under a name that no tool knows: the tool says
 * what it misses, and the model sees both its own text and that reply in the next round.
 */
function argumentsOf(text: string): JsonObject {
	if (text.trim() === '') return {};
	const value = parseJson(text) as JsonValue | undefined;
	const unpacked = typeof value === 'string' ? (parseJson(value) as JsonValue | undefined) : value;
	if (unpacked === null) return {};
	return typeof unpacked === 'object' && !Array.isArray(unpacked)
		? unpacked
		: { invalidArguments: text };
}

/** Why the answer ended, in the SDK's words. */
export function finishReasonOf(completion: ChatCompletion): FinishReason {
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

/** Token counts where the service gave them; n8n estimates them otherwise and says so. */
export function usageOf({ usage }: ChatCompletion): TokenUsage | undefined {
	if (!isObject(usage)) return undefined;
	const promptTokens = count(usage.prompt_tokens) ?? 0;
	const completionTokens = count(usage.completion_tokens) ?? 0;
	const cacheRead = detail(usage.prompt_tokens_details, 'cached_tokens');
	const reasoning = detail(usage.completion_tokens_details, 'reasoning_tokens');
	return {
		promptTokens,
		completionTokens,
		totalTokens: count(usage.total_tokens) ?? promptTokens + completionTokens,
		...(cacheRead === undefined ? {} : { inputTokenDetails: { cacheRead } }),
		...(reasoning === undefined ? {} : { outputTokenDetails: { reasoning } }),
	};
}

function detail(details: JsonValue | undefined, name: string): number | undefined {
	return isObject(details) ? count(details[name]) : undefined;
}

function count(value: JsonValue | undefined): number | undefined {
	return typeof value === 'number' ? value : undefined;
}

function isObject(value: JsonValue | undefined): value is JsonObject {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}
