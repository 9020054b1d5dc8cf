import type { ChatMessage } from './chatRequest';
import { InferenceError } from './InferenceError';

/** By account, so that it is forgotten with it: models that rejected a message with reasoning. */
const refusingModels = new WeakMap<object, Set<string>>();

const maxModels = 100;

interface Sending<Result> {
	/** What exists as long as the account is used. */
	account: object;
	model: string;
	/** Adds the reasoning of earlier answers; the same list if there is none. */
	recall?: (messages: ChatMessage[]) => ChatMessage[];
	send(messages: ChatMessage[]): Promise<Result>;
	/** Called before the messages are sent again. */
	onResend: () => void;
}

/**
 * Sends the messages with the reasoning of earlier answers. If the model refuses that, they are sent
 * without it, now and in later requests of the account.
 */
export async function sendWithReasoning<Result>(
	messages: ChatMessage[],
	{ account, model, recall, send, onResend }: Sending<Result>,
): Promise<Result> {
	const refusing = refusingModels.get(account) ?? new Set();
	const recalled = recall && !refusing.has(model) ? recall(messages) : messages;
	if (recalled === messages) return await send(messages);
	try {
		return await send(recalled);
	} catch (error) {
		if (!isAboutReasoning(error)) return await Promise.reject(error);
		refusingModels.set(account, refusing.add(model));
		const [oldest] = refusing;
		if (refusing.size > maxModels && oldest !== undefined) refusing.delete(oldest);
		onResend();
		return await send(messages);
	}
}

function isAboutReasoning(error: unknown): boolean {
	if (!(error instanceof InferenceError)) return false;
	const { status, parameter = '', message } = error;
	const namesField = /\breasoning(_content)?\b/;
	return (status === 400 || status === 422) && namesField.test(`${parameter} ${message}`);
}
