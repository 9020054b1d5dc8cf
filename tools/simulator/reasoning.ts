import type { ChatRequest } from './chatRequest';
import type { Directives } from './directives';
import type { SimulatedModel } from './models';
import { readTopics, writeThoughts } from './prose';
import type { Random } from './random';

const sentencesOfEffort: Record<string, number> = {
	none: 1,
	minimal: 1,
	low: 1,
	medium: 3,
	high: 6,
	xhigh: 9,
	max: 12,
};

function isThinking(request: ChatRequest, model: SimulatedModel, directives: Directives): boolean {
	if (model.reasoning === 'always') return true;
	const asked = request.chat_template_kwargs?.enable_thinking;
	if (asked === false || request.reasoning_effort === 'none') return false;
	if (directives.reasoning !== undefined || directives.thinkTags) return true;
	return model.reasoning === 'on' || asked === true;
}

/** What the model thinks before it answers, or null when it doesn't think. */
export function writeReasoning(
	request: ChatRequest,
	model: SimulatedModel,
	directives: Directives,
	random: Random,
): string | null {
	if (!isThinking(request, model, directives)) return null;
	const sentenceCount = sentencesOfEffort[request.reasoning_effort ?? 'medium'] ?? 3;
	const thoughts = writeThoughts(random, readTopics(directives.plainText), sentenceCount);
	return directives.reasoning ?? thoughts;
}
