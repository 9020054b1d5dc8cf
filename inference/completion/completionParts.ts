import type { CompletionMessage } from './chatCompletion';
import { splitThinking } from './ThinkingSplitter';

/** The text that is meant for the reader, and the thinking under any of its three names. */
export function textOf(message: CompletionMessage): { text: string; reasoning: string } {
	const content = message.content ?? '';
	const named = message.reasoning ?? message.reasoning_content ?? '';
	const { answer, reasoning } = splitThinking(content);
	const text = answer === '' && typeof message.refusal === 'string' ? message.refusal : answer;
	return { text, reasoning: [named, reasoning].filter((part) => part !== '').join('\n') };
}
