import type { ChatRequest } from './chatRequest';
import type { Choice } from './choices';
import type { JsonObject } from './jsonObject';
import { writeLogprob } from './logprobs';
import type { PromptTokens } from './PrefixCache';
import { splitTokens } from './tokens';

/** Everything needed to send a completion, streamed or not. */
export interface Completion {
	id: string;
	createdSeconds: number;
	request: ChatRequest;
	choices: Choice[];
	prompt: PromptTokens;
}

export function usageOf({ choices, prompt }: Completion): JsonObject {
	const completionTokens = choices.reduce((sum, choice) => sum + choice.completionTokens, 0);
	const reasoningTokens = choices.reduce((sum, choice) => sum + choice.reasoningTokens, 0);
	return {
		prompt_tokens: prompt.promptTokens,
		completion_tokens: completionTokens,
		total_tokens: prompt.promptTokens + completionTokens,
		prompt_tokens_details: { cached_tokens: prompt.cachedTokens },
		completion_tokens_details: { reasoning_tokens: reasoningTokens },
	};
}

/** The response body of a completion that is not streamed. */
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

function messageOf(choice: Choice): JsonObject {
	return {
		role: 'assistant',
		content: choice.content,
		refusal: null,
		reasoning: choice.reasoning,
		...(choice.toolCalls.length > 0 && { tool_calls: choice.toolCalls }),
		...(choice.functionCall && { function_call: choice.functionCall }),
	};
}

function logprobsOf(choice: Choice, request: ChatRequest): JsonObject | null {
	if (request.logprobs !== true || choice.content === null) return null;
	const content = splitTokens(choice.content).map((token, position) =>
		writeLogprob(token, position, choice.seed, request.top_logprobs ?? 0),
	);
	return { content, refusal: null };
}
