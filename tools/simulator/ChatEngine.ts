import type { Caller } from './access';
import { ApiError } from './apiError';
import type { ChatRequest } from './chatRequest';
import { writeChoices } from './choices';
import { buildCompletionBody, type Completion } from './completionBody';
import { jsonDelivery, type Delivery } from './delivery';
import { findModel, type SimulatedModel } from './models';
import { Pace, type TokenTimes } from './Pace';
import { PrefixCache, type PromptTokens } from './PrefixCache';
import type { SimulatorSettings } from './simulatorOptions';
import { buildStreamEvents } from './streamEvents';
import { validateChatRequest } from './validateChatRequest';

/** Completes chat requests. Each simulator has one engine, with its own cache and latencies. */
export class ChatEngine {
	private readonly prefixCache = new PrefixCache();
	private readonly pace: Pace;

	constructor(private readonly settings: SimulatorSettings) {
		this.pace = new Pace(settings);
	}

	/** Completes the request in `body`. Throws an `ApiError` if it cannot. */
	complete(body: unknown, caller: Caller, requestId: string): Delivery {
		const request = validateChatRequest(body);
		const model = findModel(this.settings.models, request.model, caller.project);
		if (model === undefined) {
			throw new ApiError(404, `The model '${request.model}' does not exist`);
		}
		const prompt = this.prefixCache.count(request, caller.scope);
		checkContextLength(request, model, prompt);
		const choices = writeChoices(request, model, this.settings.seed);
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
				? streamDelivery(completion, times, !this.settings.lateHeads)
				: jsonDelivery(200, buildCompletionBody(completion), times.lastMs);
		return { ...delivery, isCompletion: true };
	}
}

function checkContextLength(
	request: ChatRequest,
	model: SimulatedModel,
	{ promptTokens }: PromptTokens,
): void {
	const requested = promptTokens + (request.max_tokens ?? request.max_completion_tokens ?? 0);
	if (requested <= model.contextTokens) return;
	throw new ApiError(
		400,
		`This model's maximum context length is ${model.contextTokens} tokens. However, you requested ${requested} tokens ` +
			`(${promptTokens} in the messages). Reduce the messages or 'max_tokens'.`,
	);
}

function streamDelivery(
	completion: Completion,
	{ firstMs, lastMs }: TokenTimes,
	sendsHeadFirst: boolean,
): Delivery {
	const events = buildStreamEvents(completion);
	const tokenCount = events.reduce((sum, event) => sum + event.tokenCount, 0);
	let sentTokens = 0;
	const chunks = events.map((event) => {
		sentTokens += event.tokenCount;
		const share = tokenCount === 0 ? 1 : sentTokens / tokenCount;
		return { data: event.text, dueMs: firstMs + (lastMs - firstMs) * share };
	});
	const headers = {
		'content-type': 'text/event-stream; charset=utf-8',
		'cache-control': 'no-cache',
	};
	return { status: 200, headers, chunks, ending: 'end', sendsHeadFirst };
}
