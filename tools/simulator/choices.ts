import { writeAnswerText } from './answerText';
import { lastUserMessage, textOf, type ChatRequest, type ToolCall } from './chatRequest';
import { readDirectives, type Directives } from './directives';
import type { SimulatedModel } from './models';
import { hashText, Random } from './random';
import { writeReasoning } from './reasoning';
import { countTokens, cutToTokens } from './tokens';
import { writeFunctionCalls, type FunctionCall } from './toolChoice';

export type FinishReason = 'stop' | 'length' | 'tool_calls' | 'function_call';

/** One choice of a completion, before it becomes JSON or stream events. */
export interface Choice {
	index: number;
	reasoning: string | null;
	content: string | null;
	toolCalls: ToolCall[];
	functionCall?: FunctionCall;
	finishReason: FinishReason;
	reasoningTokens: number;
	completionTokens: number;
	/** Seeds everything random about this choice. */
	seed: number;
}

/**
 * Writes the choices of a completion. The same request and seed produce the same choices, streamed
 * or not. Any other difference, such as the request's own `seed`, produces different ones.
 */
export function writeChoices(
	request: ChatRequest,
	model: SimulatedModel,
	simulatorSeed: number,
): Choice[] {
	const hashed = { ...request, stream: undefined, stream_options: undefined, n: undefined };
	const hash = hashText(JSON.stringify(hashed), simulatorSeed);
	const userMessage = lastUserMessage(request);
	const directives = readDirectives(userMessage === undefined ? '' : textOf(userMessage));
	return Array.from({ length: request.n ?? 1 }, (_unused, index) =>
		writeChoice(request, model, directives, hash + index * 7919, index),
	);
}

function writeChoice(
	request: ChatRequest,
	model: SimulatedModel,
	directives: Directives,
	seed: number,
	index: number,
): Choice {
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

function callingChoice(
	request: ChatRequest,
	calls: FunctionCall[],
	random: Random,
): Pick<Choice, 'toolCalls' | 'functionCall' | 'finishReason'> {
	const [first] = calls;
	if (request.tools == null && first !== undefined) {
		return { toolCalls: [], functionCall: first, finishReason: 'function_call' };
	}
	const toolCalls = calls.map((call): ToolCall => {
		return { id: `call_${random.hexadecimal(24)}`, type: 'function', function: call };
	});
	return { toolCalls, finishReason: 'tool_calls' };
}

function textChoice(
	request: ChatRequest,
	directives: Directives,
	reasoning: string | null,
	text: string,
): Pick<Choice, 'reasoning' | 'content' | 'finishReason'> {
	const budget = budgetOf(request);
	if (directives.thinkTags) {
		const fullText = withThinkTags(reasoning, cutBeforeStop(text, request.stop));
		const content = cutToTokens(fullText, budget);
		return { reasoning: null, content, finishReason: content === fullText ? 'stop' : 'length' };
	}
	const keptReasoning = reasoning === null ? null : cutToTokens(reasoning, budget);
	if (directives.empty) return { reasoning: keptReasoning, content: '', finishReason: 'length' };
	const fullText = cutBeforeStop(text, request.stop);
	const content = cutToTokens(fullText, budget - countTokens(keptReasoning ?? ''));
	const isComplete = content === fullText && keptReasoning === reasoning;
	return { reasoning: keptReasoning, content, finishReason: isComplete ? 'stop' : 'length' };
}

function budgetOf(request: ChatRequest): number {
	return request.max_tokens ?? request.max_completion_tokens ?? Infinity;
}

function withThinkTags(reasoning: string | null, text: string): string {
	return reasoning === null ? text : `<think>\n${reasoning}\n</think>\n\n${text}`;
}

function cutBeforeStop(text: string, stop: string | string[] | null | undefined): string {
	const sequences = stop == null ? [] : [stop].flat();
	const ends = sequences.map((sequence) => text.indexOf(sequence)).filter((end) => end !== -1);
	return ends.length === 0 ? text : text.slice(0, Math.min(...ends));
}
