import type { JsonObject } from 'n8n-workflow';
import type { ChatMessage } from './chatRequest';
import type { CompletionMessage, ToolCall } from './completion/chatCompletion';
import { isJsonObject, parseJson } from './json';
import { reasoningField } from './reasoningField';
import { replaceMessages } from './replaceMessages';

/**
 * Remembers the reasoning that came with tool calls, because some models want it back beside them.
 * A message is recognized by its calls, including their arguments: some engines number the calls of
 * each conversation alike. Forgets the oldest if there are more than `maxCount`.
 */
export class ReasoningMemory {
	private readonly kept = new Map<string, JsonObject>();

	constructor(private readonly maxCount = Infinity) {}

	/** `message` is what will be sent back of the `answer`; `scope` is the conversation. */
	remember(message: ChatMessage, answer: CompletionMessage, scope = ''): void {
		const key = keyOf(message, scope);
		const reasoning = reasoningField(answer);
		if (key === undefined) return;
		this.kept.delete(key);
		if (reasoning) this.kept.set(key, reasoning);
		const [oldest] = this.kept.keys();
		if (this.kept.size > this.maxCount && oldest !== undefined) this.kept.delete(oldest);
	}

	/** The messages with their reasoning; the same list if none is known. */
	recall(messages: ChatMessage[], scope = ''): ChatMessage[] {
		if (this.kept.size === 0) return messages;
		return replaceMessages(messages, (message) => {
			const known = this.kept.get(keyOf(message, scope) ?? '');
			return known && { ...message, ...known };
		});
	}
}

function keyOf({ role, tool_calls: calls }: ChatMessage, scope: string): string | undefined {
	if (role !== 'assistant' || !Array.isArray(calls) || calls.length === 0) return undefined;
	const parts = calls.filter(isJsonObject).map((call) => {
		const { id, function: called } = call as ToolCall;
		const text = called?.arguments ?? '';
		return [id ?? '', called?.name ?? '', parseJson(text) ?? text];
	});
	return JSON.stringify([scope, ...parts]);
}
