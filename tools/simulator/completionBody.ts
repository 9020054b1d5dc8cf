import type { AnswerChoice } from './answer';
import type { ChatRequest } from './chatRequest';
import type { JsonObject } from './jsonObject';
import { writeLogprob } from './logprobs';
import type { PromptTokens } from './PrefixCache';
import { splitTokens } from './tokens';

/** An answer with everything that both ways of sending it need. */
export interface Completion {
	id: string;
	createdSeconds: number;
	request: ChatRequest;
	choices: AnswerChoice[];
	prompt: PromptTokens;
}

/** The sum of all choices' tokens, reasoning included. */
export function countCompletionTokens(choices: AnswerChoice[]): number {
	return choices.reduce((sum, choice) => sum + choice.completionTokens, 0);
}

/** The `usage` of a completion. */
export function usageOf({ choices, prompt }: Completion): JsonObject {
	const completionTokens = countCompletionTokens(choices);
	const reasoningTokens = choices.reduce((sum, choice) => sum + choice.reasoningTokens, 0);
	return {
		prompt_tokens: prompt.promptTokens,
		completion_tokens: completionTokens,
		total_tokens: prompt.promptTokens + completionTokens,
		prompt_tokens_details: { cached_tokens: prompt.cachedTokens },
		completion_tokens_details: { reasoning_tokens: reasoningTokens },
	};
}

function logprobsOf(choice: AnswerChoice, request: ChatRequest): JsonObject | null {
	if (request.logprobs !== true || choice.content === null) return null;
	const content = splitTokens(choice.content).map((token, position) =>
		writeLogprob(token, position, choice.seed, request.top_logprobs ?? 0),
	);
	return { content, refusal: null };
}

function messageOf(choice: AnswerChoice): JsonObject {
	return {
		role: 'assistant',
		content: choice.content,
		refusal: null,
		reasoning: choice.reasoning,
		...(choice.toolCalls.length > 0 && { tool_calls: choice.toolCalls }),
		...(choice.functionCall && { function_call: choice.functionCall }),
	};
}

/** The body of an answer that isn't streamed. */
export function buildCompletionBody(completion: Completion): JsonObject {
	return {
		id: completion.id,
		object: 'chat.completion',
		created: completion.createdSeconds,
		model: completion.request.model,
		choices: completion.choices.map((choice) => ({
			index: choice.index,
			message: messageOf(choice),
			logprobs: logprobsOf(choice, completion.request),
			finish_reason: choice.finishReason,
		})),
		usage: usageOf(completion),
	};
}
