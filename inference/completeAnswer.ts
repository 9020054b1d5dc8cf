import type { JsonValue } from 'n8n-workflow';
import { addEarlier } from './addEarlier';
import { effectiveFormat } from './chatRequest';
import type { CompletionChoice } from './completion/chatCompletion';
import { messageParts } from './completion/completionParts';
import {
	completeChat,
	type ChatOptions,
	type ChatRequestSource,
	type ChatResult,
} from './completeChat';
import { InferenceError, type RejectedAnswer } from './InferenceError';
import { readJsonAnswer, type JsonFormat } from './jsonAnswers/readJsonAnswer';
import { rejectionOf, type Rejection } from './jsonAnswers/rejectionOf';
import type { InferenceClient } from './openClient';
import { repairMessages } from './repairMessages';
import type { ToolRun } from './toolRuns';
import { noTrace, traced } from './weave/Trace';
import { withMessages } from './withMessages';

export interface AnswerOptions extends ChatOptions {
	/** Whether an answer that should be JSON is checked. */
	checksAnswer: boolean;
	/** How often the model may correct an answer that is not the requested JSON. */
	repairAttempts: number;
}

export interface AnswerResult extends ChatResult {
	/** The JSON value of each choice, `null` where it has none that fits; absent if not checked. */
	values?: JsonValue[];
	/** How many of those are `null` because they do not fit. */
	invalidChoices: number;
	/** Requests that asked the model to correct its answer. */
	repairs: number;
	/** Tools that were run for the answer, in order; absent if none was. */
	toolRuns?: ToolRun[];
}

/**
 * Completes a chat and, if the answer should be JSON, checks it. An answer that does not fit goes
 * back to the model together with what is wrong. Usage and attempts count all requests.
 *
 * Throws an `InferenceError` that contains the last answer if no choice fits.
 */
export async function completeAnswer(
	client: InferenceClient,
	request: ChatRequestSource,
	options: AnswerOptions,
): Promise<AnswerResult> {
	const format = effectiveFormat(request);
	let result = await completeChat(client, request, options);
	if (format.type === 'text' || !options.checksAnswer) {
		return { ...result, invalidChoices: 0, repairs: 0 };
	}

	for (let repairs = 0; ; repairs += 1) {
		const checked = result.completion.choices.map((choice) => checkChoice(choice, format));
		const rejections = checked.flatMap(({ rejection }) => rejection ?? []);
		if (rejections.length < checked.length) {
			const values = checked.map(({ value }) => value);
			return { ...result, values, invalidChoices: rejections.length, repairs };
		}
		const repairable = rejections.find(({ canBeRepaired }) => canBeRepaired);
		if (!repairable || repairs >= options.repairAttempts) throw rejectedError(result, rejections);
		result = await repair(client, request, options, { result, rejections, repairable, format });
	}
}

function checkChoice(
	choice: CompletionChoice,
	format: JsonFormat,
): { value: JsonValue; rejection?: Rejection } {
	const { text, toolCalls } = messageParts(choice.message);
	// A model that calls tools has not answered yet.
	if (toolCalls.length > 0) return { value: null };
	const isCutOff = choice.finish_reason === 'length';
	const { value, fault } = readJsonAnswer(text, format, isCutOff);
	return fault ? { value: null, rejection: rejectionOf(choice, text, fault, format) } : { value };
}

async function repair(
	client: InferenceClient,
	request: ChatRequestSource,
	options: AnswerOptions,
	rejected: {
		result: ChatResult;
		rejections: Rejection[];
		repairable: Rejection;
		format: JsonFormat;
	},
): Promise<ChatResult> {
	const { result, rejections, repairable, format } = rejected;
	const { model } = result;
	const keepAnswer = (error: InferenceError): InferenceError => {
		const kept = error.with({ answer: answerOf(result, rejections) });
		kept.attempts += result.attempts;
		return kept;
	};
	const messages = repairMessages(repairable, format);
	const { trace: parent = noTrace } = options;
	const repaired = await traced(
		parent.child('wandb_inference.repair', { model, messages }, 'Repair'),
		async (trace) =>
			await completeChat(
				client,
				{ ...withMessages(request, messages), model },
				{
					...options,
					trace,
					fallbackModels: options.fallbackModels.filter((fallback) => fallback !== model),
					permit: undefined,
					isFollowUp: true,
					onFailure: (error) => options.onFailure?.(keepAnswer(error)),
				},
			),
		({ completion }) => ({ output: completion }),
	).catch((error) => {
		throw error instanceof InferenceError ? keepAnswer(error) : error;
	});
	return addEarlier(result, repaired);
}

function rejectedError(result: ChatResult, rejections: Rejection[]): InferenceError {
	const [{ message, kind, reason }] = rejections as [Rejection];
	const { requestId } = result;
	const answer = answerOf(result, rejections);
	const error = new InferenceError(message, { kind, reason, requestId, answer });
	error.attempts = result.attempts;
	return error;
}

function answerOf({ usage }: ChatResult, rejections: Rejection[]): RejectedAnswer {
	const [{ problems, finishReason, text }] = rejections as [Rejection];
	const texts = rejections.map((rejection) => rejection.text);
	return {
		output: rejections.length === 1 ? text : texts,
		problems,
		finishReason,
		...(usage ? { usage } : {}),
	};
}
