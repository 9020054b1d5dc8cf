import type { JsonObject, JsonValue } from 'n8n-workflow';
import { isJsonObject } from '../json';

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

/** A chat completion in the API's format, the same for JSON bodies and streams. */
export type ChatCompletion = JsonObject & {
	model?: string;
	choices: CompletionChoice[];
};

/** Normalizes `body` to a completion; `undefined` if it is not one. */
export function normalizeCompletion(body: unknown): ChatCompletion | undefined {
	if (!isCompletion(body)) return undefined;
	return { ...withoutEmpty(body), choices: body.choices.map(normalizeChoice) };
}

function isCompletion(body: unknown): body is ChatCompletion {
	const choices = isJsonObject(body) ? body.choices : undefined;
	return Array.isArray(choices) && choices.length > 0 && choices.every(isChoice);
}

/** Checks only what the readers of a completion rely on. */
function isChoice(choice: unknown): boolean {
	const message = isJsonObject(choice) ? choice.message : undefined;
	if (!isJsonObject(message)) return false;
	const { content, reasoning, reasoning_content: reasoningContent } = message;
	const { tool_calls: toolCalls, function_call: functionCall } = message;
	return (
		[content, reasoning, reasoningContent].every((text) => typeof (text ?? '') === 'string') &&
		isJsonObject(functionCall ?? {}) &&
		Array.isArray(toolCalls ?? []) &&
		((toolCalls ?? []) as unknown[]).every(
			(call) => isJsonObject(call) && isJsonObject(call.function),
		)
	);
}

/**
 * JSON bodies contain null or empty fields that streams omit. Both are normalized to the same shape,
 * with the nulls that OpenAI's schema requires.
 */
function normalizeChoice(
	{ message, ...rest }: CompletionChoice,
	position: number,
): CompletionChoice {
	const { tool_calls: toolCalls, function_call: functionCall } = message;
	return {
		...withoutEmpty(rest),
		index: rest.index ?? position,
		message: {
			...withoutEmpty(message),
			role: message.role ?? 'assistant',
			content: hasCalls(message) ? message.content || null : (message.content ?? null),
			refusal: message.refusal ?? null,
			...(toolCalls?.length ? { tool_calls: toolCalls.map(normalizeToolCall) } : {}),
			...(functionCall ? { function_call: normalizeFunction(functionCall) } : {}),
		},
		logprobs: rest.logprobs ?? null,
		finish_reason: rest.finish_reason ?? null,
	};
}

function normalizeToolCall(call: ToolCall): ToolCall {
	return { ...call, function: normalizeFunction(call.function) };
}

/** OpenAI sends arguments as text; some engines send the value itself, or nothing. */
function normalizeFunction(call: JsonObject): ToolCall['function'] {
	return {
		...call,
		name: typeof call.name === 'string' ? call.name : '',
		arguments: argumentsText(call.arguments),
	};
}

/** The arguments of a tool call as text, for JSON bodies and streams alike. */
export function argumentsText(value: JsonValue | undefined): string {
	if (value === undefined || value === null) return '';
	return typeof value === 'string' ? value : JSON.stringify(value);
}

/** With tool calls, some engines send an empty text and others none. */
function hasCalls({
	tool_calls: toolCalls,
	function_call: functionCall,
}: CompletionMessage): boolean {
	return (toolCalls?.length ?? 0) > 0 || Boolean(functionCall);
}

function withoutEmpty(record: JsonObject): JsonObject {
	const full = { ...record };
	for (const name of Object.keys(full)) if (isEmpty(full[name])) delete full[name];
	return full;
}

function isEmpty(value: unknown): boolean {
	return value === null || (Array.isArray(value) && value.length === 0);
}
