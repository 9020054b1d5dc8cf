import type { IDataObject, INodeExecutionData, JsonObject, JsonValue } from 'n8n-workflow';
import type { ChatResult } from '../../inference/completeChat';
import type { CompletionChoice } from '../../inference/completion/chatCompletion';
import {
	messageParts,
	tokenUsage,
	type RequestedToolCall,
} from '../../inference/completion/completionParts';
import { InferenceError, type InferenceErrorReason } from '../../inference/InferenceError';
import { parseJson } from '../../inference/json';
import type { ChatParameters } from './readParameters';

export interface OutputOptions extends Pick<ChatParameters, 'request' | 'simplify'> {
	/** Whether the node runs as an agent's tool. */
	forAgent?: boolean;
}

/**
 * The output item of one completion: what a workflow needs of it if simplified, otherwise the
 * completion in the API's format. Throws an `InferenceError` if the answer should be JSON but is not.
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

/** An agent pays for every word that its tool returns, so it gets only the answer. */
function forReadingModel({ output, toolCalls }: JsonObject): JsonObject {
	return { output: output ?? null, ...(toolCalls === undefined ? {} : { toolCalls }) };
}

function wantsJson({ responseFormat }: ChatParameters['request']): boolean {
	return responseFormat.type !== 'text';
}

function simplified(result: ChatResult, requestedModel: string, asJson: boolean): JsonObject {
	const { completion, attempts } = result;
	const choices = completion.choices.map((choice) => simplifiedChoice(choice, result, asJson));
	const usage = tokenUsage(completion);
	return {
		...(choices.length === 1 ? choices[0] : transposed(choices)),
		model: completion.model ?? requestedModel,
		...(usage ? { usage: usage as JsonObject } : {}),
		attempts,
	};
}

function simplifiedChoice(
	choice: CompletionChoice,
	result: ChatResult,
	asJson: boolean,
): JsonObject {
	const { finish_reason: finishReason, logprobs } = choice;
	const { text, reasoning, toolCalls } = messageParts(choice.message);
	const output = asJson && toolCalls.length === 0 ? parseAnswer(text, choice, result) : text;
	return {
		output,
		...(reasoning === '' ? {} : { reasoning }),
		...(toolCalls.length === 0 ? {} : { toolCalls: toolCalls.map(withParsedArguments) }),
		finishReason,
		...(logprobs ? { logprobs } : {}),
	};
}

/** With several choices, each field becomes a list in the order of the choices. */
function transposed(choices: JsonObject[]): JsonObject {
	const names = new Set(choices.flatMap((choice) => Object.keys(choice)));
	return Object.fromEntries(
		[...names].map((name) => [name, choices.map((choice) => choice[name] ?? null)]),
	);
}

/** If the model wrote something other than JSON, the arguments stay text. */
function withParsedArguments(call: RequestedToolCall): JsonObject {
	const value = call.arguments.trim() === '' ? {} : parseJson(call.arguments);
	return { ...call, arguments: value === undefined ? call.arguments : (value as JsonValue) };
}

function parseAnswer(text: string, choice: CompletionChoice, result: ChatResult): JsonValue {
	const value = parseJson(withoutFence(text));
	if (value !== undefined) return value as JsonValue;
	throw invalidOutput(text, choice, result);
}

/** Some models wrap their JSON in a Markdown code block regardless of instructions. */
function withoutFence(text: string): string {
	return /^\s*```(?:json)?\s*\n([\s\S]*?)\n?\s*```\s*$/i.exec(text)?.[1] ?? text;
}

function invalidOutput(text: string, choice: CompletionChoice, result: ChatResult): InferenceError {
	const [message, reason] = describeInvalid(text, choice);
	const error = new InferenceError(message, {
		kind: 'invalidOutput',
		reason,
		requestId: result.requestId,
	});
	error.attempts = result.attempts;
	return error;
}

function describeInvalid(
	text: string,
	{ finish_reason: finishReason }: CompletionChoice,
): [string, InferenceErrorReason] {
	if (finishReason === 'length') {
		return ["The JSON answer was cut off at 'Max Tokens'", 'tokenLimit'];
	}
	return text.trim() === ''
		? ['The answer is empty instead of JSON', 'emptyAnswer']
		: ['The answer is not valid JSON', 'notJson'];
}
