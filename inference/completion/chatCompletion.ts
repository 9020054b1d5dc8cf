import type { JsonObject, JsonValue } from 'n8n-workflow';

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

/** A chat completion as the API words it, the same for JSON bodies and streams. */
export type ChatCompletion = JsonObject & {
	model?: string;
	choices: CompletionChoice[];
};

/** The completion in `body` in its one form, or `undefined` where there is none. */
export function toOneForm(body: unknown): ChatCompletion | undefined {
	if (!isCompletion(body)) return undefined;
	return { ...withoutEmpty(body), choices: body.choices.map(inOneForm) };
}

function isCompletion(body: unknown): body is ChatCompletion {
	const choices = isRecord(body) ? body.choices : undefined;
	return Array.isArray(choices) && choices.length > 0 && choices.every(isChoice);
}

/** As much of its shape as everything that reads an answer relies on. */
function isChoice(choice: unknown): boolean {
	const message = isRecord(choice) ? choice.message : undefined;
	if (!isRecord(message)) return false;
	const { content, reasoning, reasoning_content: reasoningContent } = message;
	const { tool_calls: toolCalls, function_call: functionCall } = message;
	return (
		[content, reasoning, reasoningContent].every((text) => typeof (text ?? '') === 'string') &&
		isRecord(functionCall ?? {}) &&
		Array.isArray(toolCalls ?? []) &&
		((toolCalls ?? []) as unknown[]).every((call) => isRecord(call) && isRecord(call.function))
	);
}

function isRecord(value: unknown): value is Record<string, unknown> {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * JSON bodies spell out as null or empty what streams leave away; both come out alike, with the
 * nulls that OpenAI's schema requires.
 */
function inOneForm({ message, ...rest }: CompletionChoice, position: number): CompletionChoice {
	const { tool_calls: toolCalls, function_call: functionCall } = message;
	return {
		...withoutEmpty(rest),
		index: rest.index ?? position,
		message: {
			...withoutEmpty(message),
			role: message.role ?? 'assistant',
			content: hasCalls(message) ? message.content || null : (message.content ?? null),
			refusal: message.refusal ?? null,
			...(toolCalls?.length ? { tool_calls: toolCalls.map(withFunctionInOneForm) } : {}),
			...(functionCall ? { function_call: functionInOneForm(functionCall) } : {}),
		},
		logprobs: rest.logprobs ?? null,
		finish_reason: rest.finish_reason ?? null,
	};
}

function withFunctionInOneForm(call: ToolCall): ToolCall {
	return { ...call, function: functionInOneForm(call.function) };
}

/** Arguments are text in OpenAI's words; some engines give the value itself, or none. */
function functionInOneForm(called: JsonObject): ToolCall['function'] {
	const { name, arguments: given } = called;
	return {
		...called,
		name: typeof name === 'string' ? name : '',
		arguments: argumentsText(given),
	};
}

/** Shared by JSON bodies and streams, so that both tell the same. */
export function argumentsText(given: JsonValue | undefined): string {
	if (given === undefined || given === null) return '';
	return typeof given === 'string' ? given : JSON.stringify(given);
}

/** Some engines give an empty text beside calls, others none. */
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
