import type { ChatMessage } from './chatRequest';
import type { CompletionMessage } from './completion/chatCompletion';

/** What the model said before its tool calls, ready to be sent back with their results. */
export function assistantMessage(message: CompletionMessage): ChatMessage {
	const { content, tool_calls: toolCalls, function_call: functionCall } = message;
	return {
		role: 'assistant',
		content,
		...(toolCalls ? { tool_calls: toolCalls } : {}),
		...(functionCall ? { function_call: functionCall } : {}),
	};
}
