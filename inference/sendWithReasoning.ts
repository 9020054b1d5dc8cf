import type { ChatMessage } from './chatRequest';
import { InferenceError } from './InferenceError';

/** Models that rejected a message because of its reasoning. */
const refusingModels = new Set<string>();

/**
 * Sends the messages with what `recall` adds to them: the reasoning of earlier answers. If the model
 * refuses that, they are sent without it, now and in later requests.
 */
export async function sendWithReasoning<Result>(
	model: string,
	messages: ChatMessage[],
	recall: ((messages: ChatMessage[]) => ChatMessage[]) | undefined,
	send: (messages: ChatMessage[]) => Promise<Result>,
): Promise<Result> {
	const recalled = recall && !refusingModels.has(model) ? recall(messages) : messages;
	if (recalled === messages) return await send(messages);
	try {
		return await send(recalled);
	} catch (error) {
		if (!isAboutReasoning(error)) return await Promise.reject(error);
		refusingModels.add(model);
		return await send(messages);
	}
}

function isAboutReasoning(error: unknown): boolean {
	if (!(error instanceof InferenceError)) return false;
	const { status, parameter = '', message } = error;
	const namesField = /\breasoning(_content)?\b/;
	return (status === 400 || status === 422) && namesField.test(`${parameter} ${message}`);
}
