import type { Caller } from './access';
import { writeAnswer } from './answer';
import { ApiError } from './apiError';
import type { ChatRequest } from './chatRequest';
import { buildCompletionBody } from './completionBody';
import type { Completion } from './completionBody';
import { jsonDelivery } from './delivery';
import type { Delivery } from './delivery';
import { findModel } from './models';
import type { SimulatedModel } from './models';
import { Pace } from './Pace';
import type { AnswerTimes } from './Pace';
import { PrefixCache } from './PrefixCache';
import type { PromptTokens } from './PrefixCache';
import type { SimulatorSettings } from './simulatorOptions';
import { buildStreamEvents } from './streamEvents';
import { validateChatRequest } from './validateChatRequest';

function checkContextLength(
	request: ChatRequest,
	model: SimulatedModel,
	{ promptTokens }: PromptTokens,
): void {
	const asked = promptTokens + (request.max_tokens ?? request.max_completion_tokens ?? 0);
	if (asked <= model.contextTokens) return;
	throw new ApiError(
		400,
		`This model's maximum context length is ${model.contextTokens} tokens. However, you requested ${asked} tokens ` +
			`(${promptTokens} in the messages). Reduce the messages or 'max_tokens'.`,
	);
}

function streamDelivery(completion: Completion, { firstMs, lastMs }: AnswerTimes): Delivery {
	const events = buildStreamEvents(completion);
	const tokenCount = events.reduce((sum, event) => sum + event.tokenCount, 0);
	let sentTokens = 0;
	const pieces = events.map((event) => {
		sentTokens += event.tokenCount;
		const share = tokenCount === 0 ? 1 : sentTokens / tokenCount;
		return { data: event.text, dueMs: firstMs + (lastMs - firstMs) * share };
	});
	const headers = {
		'content-type': 'text/event-stream; charset=utf-8',
		'cache-control': 'no-cache',
	};
	return { status: 200, headers, pieces, ending: 'end' };
}

/** Answers chat requests: one engine per simulator, with its own cache and its own pace. */
export class ChatEngine {
	private readonly prefixCache = new PrefixCache();
	private readonly pace: Pace;

	constructor(private readonly settings: SimulatorSettings) {
		this.pace = new Pace(settings);
	}

	/** The answer to a request body, or an `ApiError` when it can't be answered. */
	answer(body: unknown, caller: Caller, requestId: string): Delivery {
		const request = validateChatRequest(body);
		const model = findModel(this.settings.models, request.model, caller.project);
		if (model === undefined) {
			throw new ApiError(404, `The model '${request.model}' does not exist`);
		}
		const prompt = this.prefixCache.count(request, caller.scope);
		checkContextLength(request, model, prompt);
		const choices = writeAnswer(request, model, this.settings.seed);
		const completion: Completion = {
			id: `chatcmpl-${requestId}`,
			createdSeconds: Math.floor(Date.now() / 1000),
			request,
			choices,
			prompt,
		};
		const longest = Math.max(...choices.map((choice) => choice.completionTokens));
		const times = this.pace.next(longest);
		const delivery =
			request.stream === true
				? streamDelivery(completion, times)
				: jsonDelivery(200, buildCompletionBody(completion), times.lastMs);
		return { ...delivery, isAnswer: true };
	}
}
