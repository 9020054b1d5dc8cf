import type { JsonObject, JsonValue } from 'n8n-workflow';
import { asJsonObject, isJsonObject } from '../json';
import { readContent, textIn } from './messageText';

/** A call of a function, or of a custom tool, whose input is text of any kind. */
export type ToolCall = JsonObject & {
	id?: string;
	type: string;
	function?: { name: string; arguments: string };
	custom?: { name: string; input: string };
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

/**
 * Normalizes `body` to a completion; `undefined` if none of its choices has a message. An answer is
 * paid for, so anything else that is odd is corrected or left out.
 */
export function normalizeCompletion(body: unknown): ChatCompletion | undefined {
	const { choices, ...rest } = asJsonObject(body);
	const known = Array.isArray(choices) ? choices.filter(isJsonObject) : [];
	if (!known.some(messageIn)) return undefined;
	return { ...withoutEmpty(rest), choices: known.map(normalizeChoice) };
}

/** The message of a choice. Legacy completions and some gateways have only its text. */
function messageIn({ message, text }: JsonObject): JsonObject | undefined {
	if (isJsonObject(message)) return message;
	const content = message ?? text;
	return typeof content === 'string' ? { content } : undefined;
}

/**
 * JSON bodies contain null or empty fields that streams omit. Both are normalized to the same shape,
 * with the nulls that OpenAI's schema requires.
 */
function normalizeChoice(choice: JsonObject, position: number): CompletionChoice {
	const { message, text, index, logprobs, finish_reason: finishReason, ...rest } = choice;
	return {
		...withoutEmpty({ ...rest, text: isJsonObject(message) ? (text ?? null) : null }),
		index: typeof index === 'number' ? index : position,
		message: normalizeMessage(messageIn(choice) ?? {}),
		logprobs: logprobs ?? null,
		finish_reason: typeof finishReason === 'string' && finishReason !== '' ? finishReason : null,
	};
}

function normalizeMessage(message: JsonObject): CompletionMessage {
	const { role, content, tool_calls: calls, function_call: functionCall, ...rest } = message;
	const read = readContent(content);
	const toolCalls = Array.isArray(calls) ? calls.flatMap(normalizeToolCall) : [];
	// With calls, some engines send an empty text and others none.
	const hasCalls = toolCalls.length > 0 || isJsonObject(functionCall);
	const isText = typeof content === 'string' && !hasCalls;
	return {
		...withoutEmpty({
			...rest,
			reasoning: asText(rest.reasoning, read.reasoning),
			reasoning_content: asText(rest.reasoning_content),
		}),
		role: typeof role === 'string' ? role : 'assistant',
		content: isText ? content : read.answer || null,
		refusal: asText(rest.refusal, read.refusal),
		...(toolCalls.length > 0 ? { tool_calls: toolCalls } : {}),
		...(isJsonObject(functionCall) ? { function_call: normalizeFunction(functionCall) } : {}),
	};
}

/** A field as text, whatever its form, followed by `more`; null if there is none. */
function asText(value: JsonValue | undefined, more = ''): string | null {
	const text = textIn(value) + more;
	return text === '' && typeof value !== 'string' ? null : text;
}

/** The call in a list of one; an empty list if there is none. */
function normalizeToolCall(call: JsonValue): ToolCall[] {
	const { id, type, ...rest } = asJsonObject(call);
	const { function: called, custom, name } = rest;
	const ownId: { id?: string } = typeof id === 'string' && id !== '' ? { id } : {};
	const typeOr = (usual: string) => (typeof type === 'string' ? type : usual);
	if (isJsonObject(called)) {
		return [{ ...rest, ...ownId, type: typeOr('function'), function: normalizeFunction(called) }];
	}
	if (isJsonObject(custom)) {
		const input = argumentsText(custom.input);
		const normal = { ...custom, name: nameOf(custom.name), input };
		return [{ ...rest, ...ownId, type: typeOr('custom'), custom: normal }];
	}
	// Some engines send the name and the arguments without an object around them.
	if (typeof name !== 'string') return [];
	const flat = { name, arguments: argumentsText(rest.arguments) };
	return [{ ...ownId, type: typeOr('function'), function: flat }];
}

/** OpenAI sends arguments as text; some engines send the value itself, or nothing. */
function normalizeFunction(call: JsonObject): JsonObject & { name: string; arguments: string } {
	return { ...call, name: nameOf(call.name), arguments: argumentsText(call.arguments) };
}

function nameOf(name: JsonValue | undefined): string {
	return typeof name === 'string' ? name : '';
}

/** The arguments of a tool call as text, for JSON bodies and streams alike. */
export function argumentsText(value: JsonValue | undefined): string {
	if (value === undefined || value === null) return '';
	return typeof value === 'string' ? value : JSON.stringify(value);
}

function withoutEmpty(record: JsonObject): JsonObject {
	const full = { ...record };
	for (const name of Object.keys(full)) if (isEmpty(full[name])) delete full[name];
	return full;
}

function isEmpty(value: unknown): boolean {
	return value === null || (Array.isArray(value) && value.length === 0);
}
