import type { IDataObject, INodeExecutionData, JsonObject, JsonValue } from 'n8n-workflow';
import { assistantMessage } from '../../inference/assistantMessage';
import type { AnswerResult } from '../../inference/completeAnswer';
import type { CompletionChoice } from '../../inference/completion/chatCompletion';
import { messageParts, type RequestedToolCall } from '../../inference/completion/completionParts';
import { parseJson } from '../../inference/json';

export interface OutputOptions {
	simplify: boolean;
	/** Whether the node runs as an agent's tool. */
	forAgent: boolean;
	/** Where the trace of the item can be seen, if there is one. */
	traceUrl?: string;
}

/**
 * The output item of one completion: what a workflow needs of it if simplified, otherwise the
 * completion in the API's format.
 */
export function toItem(
	result: AnswerResult,
	{ simplify, forAgent, traceUrl }: OutputOptions,
	itemIndex: number,
): INodeExecutionData {
	const full = simplify ? simplified(result, traceUrl) : result.completion;
	const json = simplify && forAgent ? forReadingModel(full) : full;
	return { json: json as IDataObject, pairedItem: { item: itemIndex } };
}

/** An agent pays for every word that its tool returns, so it gets only the answer. */
function forReadingModel({ output, toolCalls }: JsonObject): JsonObject {
	return { output: output ?? null, ...(toolCalls === undefined ? {} : { toolCalls }) };
}

function simplified(
	{ completion, model, values, usage, attempts, toolRuns }: AnswerResult,
	traceUrl: string | undefined,
): JsonObject {
	const choices = completion.choices.map((choice, index) =>
		simplifiedChoice(choice, values?.[index]),
	);
	const { reasoning, ...fields } = transposed(choices);
	return {
		...fields,
		model: completion.model ?? model,
		...(usage ? { usage: { ...usage } } : {}),
		...(attempts > 1 ? { attempts } : {}),
		...(toolRuns ? { toolRuns } : {}),
		...(traceUrl === undefined ? {} : { traceUrl }),
		// Last, because it can be much longer than the answer.
		...(reasoning === undefined ? {} : { reasoning }),
	};
}

/** `value` is the answer as JSON, if JSON was requested. */
function simplifiedChoice(choice: CompletionChoice, value: JsonValue | undefined): JsonObject {
	const { finish_reason: finishReason, logprobs } = choice;
	const { text, reasoning, toolCalls } = messageParts(choice.message);
	const isAnswer = toolCalls.length === 0;
	return {
		output: value === undefined || !isAnswer ? text : value,
		...(isAnswer ? {} : { toolCalls: toolCalls.map(withParsedArguments) }),
		...(isAnswer ? {} : { message: assistantMessage(choice.message) }),
		finishReason,
		...(logprobs ? { logprobs } : {}),
		...(reasoning === '' ? {} : { reasoning }),
	};
}

/** With several choices, each field becomes a list in the order of the choices. */
function transposed(choices: JsonObject[]): JsonObject {
	const [only] = choices;
	if (only && choices.length === 1) return only;
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
