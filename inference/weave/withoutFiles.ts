import type { JsonObject, JsonValue } from 'n8n-workflow';
import { isJsonObject } from '../json';

const maxTextLength = 100_000;
const maxDepth = 40;

/**
 * A copy of a value as traces show it: each file in it, such as an image, is replaced by its type
 * and size, and very long text is cut off.
 */
export function withoutFiles(value: JsonValue | undefined, depth = 0): JsonValue {
	if (typeof value === 'string') return shortened(value);
	if (Array.isArray(value)) {
		return depth >= maxDepth ? '[...]' : value.map((part) => withoutFiles(part, depth + 1));
	}
	if (!isJsonObject(value)) return value ?? null;
	return depth >= maxDepth ? '{...}' : fieldsWithoutFiles(value, depth + 1);
}

export function fieldsWithoutFiles(fields: JsonObject, depth = 0): JsonObject {
	return Object.fromEntries(
		Object.entries(fields)
			.filter(([, value]) => value !== undefined)
			.map(([name, value]) => [name, withoutFiles(value as JsonValue, depth)]),
	);
}

function shortened(text: string): string {
	const [head, type] = /^data:([^;,]{0,100})[^,]{0,200};base64,/i.exec(text) ?? [];
	if (head !== undefined) {
		const padding = /=*$/.exec(text.slice(-2))?.[0].length ?? 0;
		const byteCount = Math.floor(((text.length - head.length) * 3) / 4) - padding;
		return `[${type === '' ? 'file' : type}, ${byteCount.toLocaleString('en-US')} bytes]`;
	}
	if (text.length <= maxTextLength) return text;
	const total = text.length.toLocaleString('en-US');
	return `${text.slice(0, maxTextLength)} [cut off, ${total} characters in total]`;
}
