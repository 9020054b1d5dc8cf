import { countImages, textOf, type ChatMessage, type ChatRequest } from './chatRequest';
import { hashText } from './random';
import { countTokens } from './tokens';

const blockTokens = 16;
const messageOverheadTokens = 4;
const imageTokens = 256;
const maximumPrefixes = 100_000;

/** The number of tokens in a prompt, and how many of them were cached. */
export interface PromptTokens {
	promptTokens: number;
	cachedTokens: number;
}

/**
 * Remembers the leading messages of earlier requests, like an engine's prefix cache: per scope,
 * model, and `cache_salt`, in whole blocks of 16 tokens, and never the entire prompt.
 */
export class PrefixCache {
	private readonly seen = new Set<number>();

	/** Counts the prompt's tokens and remembers its messages. */
	count(request: ChatRequest, scope: string): PromptTokens {
		let promptTokens = 3 + countOfferedFunctions(request);
		let hash = hashText(JSON.stringify([scope, request.model, request.cache_salt, request.tools]));
		let knownTokens = 0;
		let isKnown = true;
		for (const message of request.messages) {
			promptTokens += countMessage(message);
			hash = hashText(JSON.stringify(message) + hash);
			isKnown = isKnown && this.seen.has(hash);
			if (isKnown) knownTokens = promptTokens;
			else this.remember(hash);
		}
		const cacheable = Math.min(knownTokens, promptTokens - 1);
		return { promptTokens, cachedTokens: cacheable - (cacheable % blockTokens) };
	}

	private remember(hash: number): void {
		this.seen.add(hash);
		if (this.seen.size <= maximumPrefixes) return;
		for (const oldest of this.seen) {
			this.seen.delete(oldest);
			return;
		}
	}
}

function countOfferedFunctions(request: ChatRequest): number {
	const offered = request.tools ?? request.functions;
	return offered == null ? 0 : countTokens(JSON.stringify(offered));
}

function countMessage(message: ChatMessage): number {
	const calls = message.tool_calls == null ? '' : JSON.stringify(message.tool_calls);
	return (
		messageOverheadTokens +
		countTokens(textOf(message)) +
		countTokens(calls) +
		imageTokens * countImages(message)
	);
}
