import type { ChatMessage } from './chatRequest';
import type { ChatRequestSource } from './completeChat';

/** The request with more messages at the end, also if its extra body replaces the messages. */
export function withMessages(request: ChatRequestSource, added: ChatMessage[]): ChatRequestSource {
	const { extraBody } = request;
	const { messages } = extraBody;
	return {
		...request,
		readMessages: async () => [...(await request.readMessages()), ...added],
		...(Array.isArray(messages)
			? { extraBody: { ...extraBody, messages: [...messages, ...added] } }
			: {}),
	};
}
