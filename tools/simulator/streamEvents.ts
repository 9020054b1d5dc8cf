import type { ChatRequest } from './chatRequest';
import type { Choice } from './choices';
import { usageOf, type Completion } from './completionBody';
import type { JsonObject } from './jsonObject';
import { writeLogprob } from './logprobs';
import { splitTokens } from './tokens';

/** A server-sent event and the number of tokens that it contains. */
export interface StreamEvent {
	text: string;
	tokenCount: number;
}

interface Step {
	delta: JsonObject;
	tokenCount: number;
	logprobs?: JsonObject;
	finishReason?: string;
}

const argumentChunkTokens = 3;

/** The last event of every stream. */
export const doneEvent: StreamEvent = { text: 'data: [DONE]\n\n', tokenCount: 0 };

/** The events of a streamed completion. Multiple choices are interleaved. */
export function buildStreamEvents(completion: Completion): StreamEvent[] {
	const { request } = completion;
	const envelope = {
		id: completion.id,
		object: 'chat.completion.chunk',
		created: completion.createdSeconds,
		model: request.model,
	};
	const toText = (body: object) => `data: ${JSON.stringify({ ...envelope, ...body })}\n\n`;
	const perChoice = completion.choices.map((choice) =>
		stepsOf(choice, request).map(({ delta, tokenCount, logprobs = null, finishReason = null }) => {
			const { index } = choice;
			const choices = [{ index, delta, logprobs, finish_reason: finishReason }];
			return { text: toText({ choices }), tokenCount };
		}),
	);
	const events = interleave(perChoice);
	if (request.stream_options?.include_usage === true) {
		events.push({ text: toText({ choices: [], usage: usageOf(completion) }), tokenCount: 0 });
	}
	return [...events, doneEvent];
}

function stepsOf(choice: Choice, request: ChatRequest): Step[] {
	const openingContent = choice.content === null ? null : '';
	const reasoning = splitTokens(choice.reasoning ?? '');
	return [
		{ delta: { role: 'assistant', content: openingContent }, tokenCount: 0 },
		...reasoning.map((token) => ({ delta: { reasoning: token }, tokenCount: 1 })),
		...contentSteps(choice, request),
		...toolCallSteps(choice),
		...functionCallSteps(choice),
		{ delta: {}, tokenCount: 0, finishReason: choice.finishReason },
	];
}

function contentSteps(choice: Choice, request: ChatRequest): Step[] {
	return splitTokens(choice.content ?? '').map((token, position) => {
		const step: Step = { delta: { content: token }, tokenCount: 1 };
		if (request.logprobs !== true) return step;
		const logprob = writeLogprob(token, position, choice.seed, request.top_logprobs ?? 0);
		return { ...step, logprobs: { content: [logprob], refusal: null } };
	});
}

function toolCallSteps(choice: Choice): Step[] {
	const perCall = choice.toolCalls.map((call, index): Step[] => {
		const opening = { index, id: call.id, type: call.type };
		const definition = { name: call.function.name, arguments: '' };
		return [
			{ delta: { tool_calls: [{ ...opening, function: definition }] }, tokenCount: 4 },
			...chunksOf(call.function.arguments).map((chunk) => ({
				delta: { tool_calls: [{ index, function: { arguments: chunk } }] },
				tokenCount: argumentChunkTokens,
			})),
		];
	});
	return interleave(perCall);
}

function chunksOf(text: string): string[] {
	const tokens = splitTokens(text);
	const chunks: string[] = [];
	for (let start = 0; start < tokens.length; start += argumentChunkTokens) {
		chunks.push(tokens.slice(start, start + argumentChunkTokens).join(''));
	}
	return chunks;
}

/** Takes one item from each list in turn until all are used up. */
function interleave<Item>(lists: Item[][]): Item[] {
	const longest = Math.max(0, ...lists.map((list) => list.length));
	return Array.from({ length: longest }, (_unused, row) =>
		lists.flatMap((list) => list.slice(row, row + 1)),
	).flat();
}

function functionCallSteps({ functionCall }: Choice): Step[] {
	if (functionCall === undefined) return [];
	return [
		{ delta: { function_call: { name: functionCall.name, arguments: '' } }, tokenCount: 4 },
		...chunksOf(functionCall.arguments).map((chunk) => ({
			delta: { function_call: { arguments: chunk } },
			tokenCount: argumentChunkTokens,
		})),
	];
}
