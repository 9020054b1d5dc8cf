import { lastUserMessage, textOf } from './chatRequest';
import type { ChatRequest, ToolCall } from './chatRequest';
import { readDirectives } from './directives';
import type { Directives } from './directives';
import { writeAnswerText } from './answerText';
import type { SimulatedModel } from './models';
import { hashText, Random } from './random';
import { writeReasoning } from './reasoning';
import { countTokens, cutToTokens } from './tokens';
import { writeFunctionCalls } from './toolChoice';
import type { FunctionCall } from './toolChoice';

/** Why a choice ended. */
export type FinishReason = 'stop' | 'length' | 'tool_calls' | 'function_call';

/** One choice of an answer, before it is written as JSON or as events. */
export interface AnswerChoice {
	index: number;
	reasoning: string | null;
	content: string | null;
	toolCalls: ToolCall[];
	functionCall?: FunctionCall;
	finishReason: FinishReason;
	reasoningTokens: number;
	completionTokens: number;
	/** The seed of everything about this choice that is left to chance. */
	seed: number;
}

function cutBeforeStop(text: string, stop: string | string[] | null | undefined): string {
	const sequences = stop == null ? [] : [stop].flat();
	const ends = sequences.map((sequence) => text.indexOf(sequence)).filter((end) => end !== -1);
	return ends.length === 0 ? text : text.slice(0, Math.min(...ends));
}

function budgetOf(request: ChatRequest): number {
	return request.max_tokens ?? request.max_completion_tokens ?? Infinity;
}

function callingChoice(
	request: ChatRequest,
	calls: FunctionCall[],
	random: Random,
): Pick<AnswerChoice, 'toolCalls' | 'functionCall' | 'finishReason'> {
	const [first] = calls;
	if (request.tools == null && first !== undefined) {
		return { toolCalls: [], functionCall: first, finishReason: 'function_call' };
	}
	const toolCalls = calls.map((called): ToolCall => {
		return { id: `call_${random.hexadecimal(24)}`, type: 'function', function: called };
	});
	return { toolCalls, finishReason: 'tool_calls' };
}

function withThinkTags(reasoning: string | null, text: string): string {
	return reasoning === null ? text : `<think>\n${reasoning}\n</think>\n\n${text}`;
}

function textChoice(
	request: ChatRequest,
	directives: Directives,
	reasoning: string | null,
	text: string,
): Pick<AnswerChoice, 'reasoning' | 'content' | 'finishReason'> {
	const budget = budgetOf(request);
	if (directives.thinkTags) {
		const whole = withThinkTags(reasoning, cutBeforeStop(text, request.stop));
		const content = cutToTokens(whole, budget);
		return { reasoning: null, content, finishReason: content === whole ? 'stop' : 'length' };
	}
	const keptReasoning = reasoning === null ? null : cutToTokens(reasoning, budget);
	if (directives.empty) return { reasoning: keptReasoning, content: '', finishReason: 'length' };
	const whole = cutBeforeStop(text, request.stop);
	const content = cutToTokens(whole, budget - countTokens(keptReasoning ?? ''));
	const isWhole = content === whole && keptReasoning === reasoning;
	return { reasoning: keptReasoning, content, finishReason: isWhole ? 'stop' : 'length' };
}

function writeChoice(
	request: ChatRequest,
	model: SimulatedModel,
	directives: Directives,
	seed: number,
	index: number,
): AnswerChoice {
	const random = new Random(seed);
	const reasoning = writeReasoning(request, model, directives, random);
	const calls = writeFunctionCalls(request, directives, random);
	const written =
		calls.length > 0
			? { reasoning, content: null, ...callingChoice(request, calls, random) }
			: {
					...textChoice(
						request,
						directives,
						reasoning,
						writeAnswerText(request, directives, random),
					),
					toolCalls: [],
				};
	const reasoningTokens = countTokens(written.reasoning ?? '');
	const callTokens = calls.reduce(
		(sum, call) => sum + countTokens(call.name) + countTokens(call.arguments) + 4,
		0,
	);
	const completionTokens = reasoningTokens + countTokens(written.content ?? '') + callTokens;
	return { index, ...written, reasoningTokens, completionTokens, seed };
}

/**
 * The choices of the answer to a request. The same request and seed give the same choices, streamed or not; another `seed`
 * in the request, or any other difference, gives others.
 */
export function writeAnswer(
	request: ChatRequest,
	model: SimulatedModel,
	simulatorSeed: number,
): AnswerChoice[] {
	const asked = { ...request, stream: undefined, stream_options: undefined, n: undefined };
	const hash = hashText(JSON.stringify(asked), simulatorSeed);
	const userMessage = lastUserMessage(request);
	const directives = readDirectives(userMessage === undefined ? '' : textOf(userMessage));
	return Array.from({ length: request.n ?? 1 }, (_unused, index) =>
		writeChoice(request, model, directives, hash + index * 7919, index),
	);
}
