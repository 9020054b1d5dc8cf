import type { ChatRequest } from './chatRequest';
import type { Directives } from './directives';
import type { SimulatedModel } from './models';
import { extractTopics, writeThoughts } from './prose';
import type { Random } from './random';

const sentencesByEffort: Record<string, number> = {
	none: 1,
	minimal: 1,
	low: 1,
	medium: 3,
	high: 6,
	xhigh: 9,
	max: 12,
};

/** Writes what the model thinks before it answers; `null` if it does not reason. */
export function writeReasoning(
	request: ChatRequest,
	model: SimulatedModel,
	directives: Directives,
	random: Random,
): string | null {
	if (!isReasoning(request, model, directives)) return null;
	const sentenceCount = sentencesByEffort[request.reasoning_effort ?? 'medium'] ?? 3;
	const thoughts = writeThoughts(random, extractTopics(directives.plainText), sentenceCount);
	return directives.reasoning ?? thoughts;
}

function isReasoning(request: ChatRequest, model: SimulatedModel, directives: Directives): boolean {
	if (model.reasoning === 'always') return true;
	const enableThinking = request.chat_template_kwargs?.enable_thinking;
	if (enableThinking === false || request.reasoning_effort === 'none') return false;
	if (directives.reasoning !== undefined || directives.thinkTags) return true;
	return model.reasoning === 'on' || enableThinking === true;
}
