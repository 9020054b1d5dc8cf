import type { JsonObject } from 'n8n-workflow';
import { addEarlier } from './addEarlier';
import { assistantMessage } from './assistantMessage';
import { addUsage } from './catalog/addUsage';
import type { ChatMessage } from './chatRequest';
import { completeAnswer, type AnswerOptions, type AnswerResult } from './completeAnswer';
import { messageParts } from './completion/completionParts';
import type { TextListener } from './completion/readCompletion';
import type { ChatRequestSource } from './completeChat';
import { InferenceError, type RejectedAnswer } from './InferenceError';
import type { InferenceClient } from './openClient';
import { reasoningField } from './reasoningField';
import { replaceMessages } from './replaceMessages';
import { callsToRun, runToolCalls, type ConnectedTools, type ToolRun } from './toolRuns';
import { withMessages } from './withMessages';

export interface ToolOptions extends AnswerOptions {
	tools: ConnectedTools;
	/** How many requests may end in tool calls. */
	maxToolRounds: number;
	beforeRound?: BeforeRound;
}

/** Called before each further request with what it adds to the one before. May reject it. */
export type BeforeRound = (earlier: AnswerResult, added: ChatMessage[]) => Promise<void>;

/**
 * Completes an answer for which the model may call tools: their results go back to the model until
 * it calls none. A round with a call of one of the request's own tools ends it as well, before any
 * call of the round is run. No slot is held while tools run. Usage and attempts count all requests.
 */
export async function completeWithTools(
	client: InferenceClient,
	request: ChatRequestSource,
	options: ToolOptions,
): Promise<AnswerResult> {
	const { tools, maxToolRounds } = options;
	const withReasoning = new Map<ChatMessage, ChatMessage>();
	let next: ChatRequestSource = { ...request, tools: [...request.tools, ...tools.definitions] };
	const text = new RoundText(options.onText);
	const toolRuns: ToolRun[] = [];
	let earlier: EarlierRounds | undefined;

	for (let round = 1; ; round += 1) {
		const completed = await completeRound(client, next, text.optionsFor(options), earlier);
		const result = { ...completed, ...(toolRuns.length > 0 ? { toolRuns: [...toolRuns] } : {}) };
		const calls = callsToRun(result.completion, request, round);
		if (!calls) return result;
		if (round > maxToolRounds) throw tooManyRounds(result, maxToolRounds);

		const message = assistantMessage(calls.message);
		const reasoning = reasoningField(calls.message);
		if (reasoning) withReasoning.set(message, { ...message, ...reasoning });
		const recall = (messages: ChatMessage[]) =>
			replaceMessages(messages, (known) => withReasoning.get(known));
		const ran = await runToolCalls(calls.list, tools, options);
		toolRuns.push(...ran.map(({ run }) => run));
		const added = [message, ...ran.map((call) => call.message)];
		next = { ...withMessages(nextRequest(next), added), model: result.model, recall };
		earlier = { result: { ...result, toolRuns }, added: recall(added) };
	}
}

interface EarlierRounds {
	result: AnswerResult;
	/** What the next round adds to the messages. */
	added: ChatMessage[];
}

/** One request of the loop, and its retries and repairs. An error keeps what was paid before. */
async function completeRound(
	client: InferenceClient,
	request: ChatRequestSource,
	options: ToolOptions,
	rounds: EarlierRounds | undefined,
): Promise<AnswerResult> {
	if (!rounds) return await completeAnswer(client, request, options);
	const { result: earlier, added } = rounds;
	const keepPaid = (error: InferenceError) => withEarlier(error, earlier);
	try {
		await options.beforeRound?.(earlier, added);
		const result = await completeAnswer(client, request, {
			...options,
			fallbackModels: options.fallbackModels.filter((fallback) => fallback !== earlier.model),
			permit: undefined,
			isFollowUp: true,
			onFailure: (error) => options.onFailure?.(keepPaid(error)),
		});
		return { ...addEarlier(earlier, result), repairs: earlier.repairs + result.repairs };
	} catch (error) {
		throw error instanceof InferenceError ? keepPaid(error) : error;
	}
}

/** A model that had to call a tool would have to do so for ever. */
function nextRequest(request: ChatRequestSource): ChatRequestSource {
	const { fields, extraBody } = request;
	return { ...request, fields: withFreeChoice(fields), extraBody: withFreeChoice(extraBody) };
}

function withFreeChoice({ tool_choice: choice, ...fields }: JsonObject): JsonObject {
	const isFree = choice === 'auto' || choice === 'none';
	return isFree ? { ...fields, tool_choice: choice } : fields;
}

function withEarlier(error: InferenceError, earlier: AnswerResult): InferenceError {
	const last = error.answer;
	const usage = last ? addUsage(earlier.usage, last.usage) : earlier.usage;
	const answer = { ...(last ?? answerOf(earlier)), toolRuns: earlier.toolRuns };
	const kept = error.with({ answer: { ...answer, ...(usage ? { usage } : {}) } });
	kept.attempts += earlier.attempts;
	return kept;
}

function answerOf({ completion, usage, toolRuns }: AnswerResult): RejectedAnswer {
	const [choice] = completion.choices;
	const output = choice ? messageParts(choice.message).text : '';
	return {
		...(output === '' ? {} : { output }),
		finishReason: choice?.finish_reason ?? null,
		...(usage ? { usage } : {}),
		...(toolRuns ? { toolRuns } : {}),
	};
}

function tooManyRounds(result: AnswerResult, maxToolRounds: number): InferenceError {
	const rounds = maxToolRounds === 1 ? '1 round' : `${maxToolRounds} rounds`;
	const error = new InferenceError(`The model still calls tools after ${rounds} of them`, {
		kind: 'toolRounds',
		requestId: result.requestId,
		answer: answerOf(result),
	});
	error.attempts = result.attempts;
	return error;
}

/** Shows the text of all rounds, with a blank line between two. */
class RoundText {
	private hasText = false;

	constructor(private readonly onText?: TextListener) {}

	optionsFor(options: ToolOptions): ToolOptions {
		const { onText } = this;
		if (!onText) return options;
		let separator = this.hasText ? '\n\n' : '';
		return {
			...options,
			onText: async (text) => {
				this.hasText = true;
				const shown = separator + text;
				separator = '';
				await onText(shown);
			},
		};
	}
}
