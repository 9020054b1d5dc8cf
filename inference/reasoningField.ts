import type { JsonObject } from 'n8n-workflow';
import type { CompletionMessage } from './completion/chatCompletion';

/** The field of an answer that contains its reasoning; `undefined` if none does. */
export function reasoningField(answer: CompletionMessage): JsonObject | undefined {
	const { reasoning, reasoning_content: content } = answer;
	if (content) return { reasoning_content: content };
	return reasoning ? { reasoning } : undefined;
}
