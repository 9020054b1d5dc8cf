import type { ChatMessage } from './chatRequest';

/** The messages, each replaced if there is a replacement; the same list if none is. */
export function replaceMessages(
	messages: ChatMessage[],
	replacementOf: (message: ChatMessage) => ChatMessage | undefined,
): ChatMessage[] {
	const replaced = messages.map((message) => replacementOf(message) ?? message);
	return replaced.some((message, index) => message !== messages[index]) ? replaced : messages;
}
