import { countImages, textOf, type ChatMessage, type ChatRequest } from './chatRequest';
import type { Directives } from './directives';
import { extractTopics, writeSentences, writeTokens } from './prose';
import type { Random } from './random';
import { SchemaWriter } from './SchemaWriter';

/** Writes an answer's full text, not yet limited by `stop` and `max_tokens`. */
export function writeAnswerText(
	request: ChatRequest,
	directives: Directives,
	random: Random,
): string {
	if (directives.answer !== undefined) return directives.answer;
	const format = request.response_format?.type ?? 'text';
	if (format !== 'text') return writeJson(request, directives, random);
	if (directives.tokenCount !== undefined) {
		return writeTokens(random, extractTopics(directives.plainText), directives.tokenCount);
	}
	return writeProse(request, directives, random);
}

function writeJson(request: ChatRequest, directives: Directives, random: Random): string {
	const format = request.response_format;
	if (format?.type === 'json_schema') {
		const schema = format.json_schema.schema ?? {};
		return JSON.stringify(new SchemaWriter(schema, random, directives.plainText).write());
	}
	const topics = extractTopics(directives.plainText);
	return JSON.stringify({ answer: writeSentences(random, topics, 1), topics: topics.slice(0, 3) });
}

function writeProse(request: ChatRequest, directives: Directives, random: Random): string {
	const topics = extractTopics(directives.plainText);
	const results = trailingToolResults(request.messages);
	const imageCount = request.messages.reduce((sum, message) => sum + countImages(message), 0);
	const opening = [
		...results.map((result) => `The tool says: ${result}`),
		...(imageCount > 0
			? [`I can see ${imageCount} ${imageCount === 1 ? 'image' : 'images'}.`]
			: []),
	];
	const sentenceCount = results.length > 0 ? 1 : random.integer(2, 5);
	return [...opening, writeSentences(random, topics, sentenceCount)].join(' ');
}

/** The tool results at the end of the conversation. */
function trailingToolResults(messages: ChatMessage[]): string[] {
	const lastOther = messages.findLastIndex((message) => !isToolResult(message));
	return messages.slice(lastOther + 1).map(textOf);
}

function isToolResult(message: ChatMessage): boolean {
	return message.role === 'tool' || message.role === 'function';
}
