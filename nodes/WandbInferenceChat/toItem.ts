import type { IDataObject, INodeExecutionData, JsonObject, JsonValue } from 'n8n-workflow';
import type { ChatResult } from '../../inference/completeChat';
import { parseJson } from '../../inference/http/responseBody';
import type {
	ChatCompletion,
	CompletionChoice,
	CompletionMessage,
} from '../../inference/completion/chatCompletion';
import { InferenceError } from '../../inference/InferenceError';
import { textOf } from '../../inference/completion/completionParts';
import { toErrorJson } from '../shared/nodeError';
import type { ChatParameters } from './readParameters';

export interface OutputOptions extends Pick<ChatParameters, 'request' | 'simplify'> {
	/** The node runs as an agent's tool. */
	forAgent?: boolean;
}

/**
 * The output item of one answer: what a workflow needs of it when simplified, else the completion
 * as the API words it. Throws an `InferenceError` when JSON was asked for and is not there.
 */
export function toItem(
	result: ChatResult,
	{ request, simplify, forAgent }: OutputOptions,
	itemIndex: number,
): INodeExecutionData {
	const full = simplify ? simplified(result, request.model, wantsJson(request)) : result.completion;
	const json = simplify && forAgent ? forReadingModel(full) : full;
	return { json: json as IDataObject, pairedItem: { item: itemIndex } };
}

/** An agent pays for every word that its tool returns: the answer is what it asked for. */
function forReadingModel({ output, toolCalls }: JsonObject): JsonObject {
	return { output: output ?? null, ...(toolCalls === undefined ? {} : { toolCalls }) };
}

/** The item that stands for a failure under 'Continue'. */
export function toErrorItem(error: unknown, itemIndex: number): INodeExecutionData {
	return { json: toErrorJson(error), pairedItem: { item: itemIndex } };
}

function wantsJson({ responseFormat }: ChatParameters['request']): boolean {
	return responseFormat.type !== 'text';
}

function simplified(result: ChatResult, requestedModel: string, asJson: boolean): JsonObject {
	const { completion, attempts } = result;
	const answers = completion.choices.map((choice) => simplifiedChoice(choice, result, asJson));
	return {
		...(answers.length === 1 ? answers[0] : transposed(answers)),
		model: completion.model ?? requestedModel,
		...usageOf(completion),
		attempts,
	};
}

function simplifiedChoice(
	choice: CompletionChoice,
	result: ChatResult,
	asJson: boolean,
): JsonObject {
	const { message, finish_reason: finishReason, logprobs } = choice;
	const { text, reasoning } = textOf(message);
	const toolCalls = toolCallsOf(message);
	const output = asJson && toolCalls.length === 0 ? jsonOf(text, choice, result) : text;
	return {
		output,
		...(reasoning === '' ? {} : { reasoning }),
		...(toolCalls.length === 0 ? {} : { toolCalls }),
		finishReason,
		...(logprobs ? { logprobs } : {}),
	};
}

/** With several choices each field becomes a list in the order of the choices. */
function transposed(answers: JsonObject[]): JsonObject {
	const names = new Set(answers.flatMap((answer) => Object.keys(answer)));
	return Object.fromEntries(
		[...names].map((name) => [name, answers.map((answer) => answer[name] ?? null)]),
	);
}

function toolCallsOf(message: CompletionMessage): JsonObject[] {
	const calls = message.tool_calls ?? [];
	const legacy = message.function_call;
	return [
		...calls.map(({ id, function: called }) => ({
			...(id === undefined ? {} : { id }),
			name: called.name,
			arguments: argumentsOf(called.arguments),
		})),
		...(legacy ? [{ name: legacy.name, arguments: argumentsOf(legacy.arguments) }] : []),
	];
}

/** Parsed; the text itself where a model wrote something else than JSON. */
function argumentsOf(text: string): JsonValue {
	if (text.trim() === '') return {};
	const value = parseJson(text) as JsonValue | undefined;
	return value === undefined ? text : value;
}

function jsonOf(text: string, choice: CompletionChoice, result: ChatResult): JsonValue {
	const value = parseJson(withoutFence(text));
	if (value !== undefined) return value as JsonValue;
	throw invalidOutput(text, choice, result);
}

/** Some models wrap their JSON in a Markdown code block whatever they are told. */
function withoutFence(text: string): string {
	return /^\s*```(?:json)?\s*\n([\s\S]*?)\n?\s*```\s*$/i.exec(text)?.[1] ?? text;
}

function invalidOutput(text: string, choice: CompletionChoice, result: ChatResult): InferenceError {
	const isCut = choice.finish_reason === 'length';
	const message = isCut
		? "The JSON answer was cut off at 'Max Tokens'"
		: text.trim() === ''
			? 'The answer is empty instead of JSON'
			: 'The answer is not valid JSON';
	const advice = isCut
		? "Raise 'Max Tokens', or ask for a shorter answer. For a reasoning model its thinking counts too."
		: "Use 'Response Format' JSON Schema with 'Strict Schema', ask for JSON in the messages, or try another model.";
	const error = new InferenceError(message, {
		kind: 'invalidOutput',
		advice,
		requestId: result.requestId,
	});
	error.attempts = result.attempts;
	return error;
}

/** Token counts under the names of this node's output, as far as the service gives them. */
function usageOf({ usage }: ChatCompletion): JsonObject {
	if (!isObject(usage)) return {};
	const counts = {
		promptTokens: usage.prompt_tokens,
		completionTokens: usage.completion_tokens,
		totalTokens: usage.total_tokens,
		cachedTokens: detail(usage.prompt_tokens_details, 'cached_tokens'),
		reasoningTokens: detail(usage.completion_tokens_details, 'reasoning_tokens'),
	};
	const known = Object.entries(counts).filter(([, count]) => typeof count === 'number');
	return { usage: Object.fromEntries(known) as JsonObject };
}

function detail(details: JsonValue | undefined, name: string): JsonValue | undefined {
	return isObject(details) ? details[name] : undefined;
}

function isObject(value: JsonValue | undefined): value is JsonObject {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}
