import type { JsonObject, JsonValue } from 'n8n-workflow';
import { isJsonObject } from '../json';

/** What the content of a message says. */
export interface ContentText {
	answer: string;
	refusal: string;
	reasoning: string;
}

/**
 * Reads content in any of its forms: text, a list of parts, or one part. Parts that are not text,
 * such as images, are left out. Any other object is a JSON answer that a gateway has parsed.
 */
export function readContent(content: JsonValue | undefined): ContentText {
	const read: ContentText = { answer: '', refusal: '', reasoning: '' };
	if (Array.isArray(content)) for (const part of content) addPart(read, part);
	else if (isJsonObject(content) && !isPart(content)) read.answer = JSON.stringify(content);
	else addPart(read, content);
	return read;
}

function addPart(read: ContentText, part: JsonValue | undefined): void {
	if (typeof part === 'string') read.answer += part;
	if (!isJsonObject(part)) return;
	const type = typeof part.type === 'string' ? part.type : 'text';
	if (type === 'refusal') read.refusal += textIn(part.refusal);
	else if (isThinking(type)) read.reasoning += textIn(part);
	else if (type.endsWith('text')) read.answer += textIn(part.text);
}

/** Whether an object is a part: `text`, `output_text`, `refusal`, `thinking`, and the like. */
function isPart({ type, text, refusal, thinking }: JsonObject): boolean {
	if (typeof type !== 'string' || (text ?? refusal ?? thinking) === undefined) return false;
	return type === 'refusal' || isThinking(type) || type.endsWith('text');
}

function isThinking(type: string): boolean {
	return type.startsWith('thinking') || type.startsWith('reasoning');
}

/**
 * The reasoning of a message, under the first of its names that has any: `reasoning`,
 * `reasoning_content`, or `reasoning_details`.
 */
export function reasoningOf(message: JsonObject): string {
	const { reasoning, reasoning_content: content, reasoning_details: details } = message;
	return firstText([reasoning, content, details], maxDepth);
}

/**
 * The text in a value that engines word in many ways: text, an object with text, or a list of them.
 * Empty if there is none.
 */
export function textIn(value: JsonValue | undefined, depth = maxDepth): string {
	if (typeof value === 'string') return value;
	if (depth === 0) return '';
	if (Array.isArray(value)) {
		const texts = value.map((part) => textIn(part, depth - 1));
		return texts.filter((text) => text !== '').join('\n');
	}
	if (!isJsonObject(value)) return '';
	return firstText([value.text, value.content, value.summary, value.thinking], depth - 1);
}

/** Enough for the summary of a part in a list, and few enough for any value. */
const maxDepth = 5;

function firstText(values: Array<JsonValue | undefined>, depth: number): string {
	for (const value of values) {
		const text = textIn(value, depth);
		if (text !== '') return text;
	}
	return '';
}
