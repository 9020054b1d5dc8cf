import type { JsonObject, JsonValue } from 'n8n-workflow';
import { isJsonObject } from '../json';

const maxTextLength = 100_000;
const maxDepth = 40;

/** More than a key has characters, so that none is cut in two before it is removed. */
const maxKeyLength = 1000;

type Redact = (text: string) => string;

/**
 * A copy of a value as traces show it: each file in it, such as an image, is replaced by its type
 * and size, keys are removed, and very long text is cut off.
 */
export function withoutFiles(value: JsonValue | undefined, redact: Redact, depth = 0): JsonValue {
	if (typeof value === 'string') return shownText(value, redact);
	if (Array.isArray(value)) {
		return depth >= maxDepth ? '[...]' : value.map((part) => withoutFiles(part, redact, depth + 1));
	}
	if (!isJsonObject(value)) return value ?? null;
	return depth >= maxDepth ? '{...}' : fieldsWithoutFiles(value, redact, depth + 1);
}

export function fieldsWithoutFiles(fields: JsonObject, redact: Redact, depth = 0): JsonObject {
	return Object.fromEntries(
		Object.entries(fields)
			.filter(([, value]) => value !== undefined)
			.map(([name, value]) => [
				shownText(name, redact),
				withoutFiles(value as JsonValue, redact, depth),
			]),
	);
}

function shownText(text: string, redact: Redact): string {
	const [head, type] = /^data:([^;,]{0,100})[^,]{0,200};base64,/i.exec(text) ?? [];
	if (head !== undefined) {
		const padding = /=*$/.exec(text.slice(-2))?.[0].length ?? 0;
		const byteCount = Math.floor(((text.length - head.length) * 3) / 4) - padding;
		const bytes = `${byteCount.toLocaleString('en-US')} bytes`;
		return `[${type ? redact(type) : 'file'}, ${bytes}]`;
	}
	if (text.length <= maxTextLength) return wellFormed(redact(text));
	const start = redact(text.slice(0, maxTextLength + maxKeyLength)).slice(0, maxTextLength);
	const total = text.length.toLocaleString('en-US');
	return `${copyOf(start)} [cut off, ${total} characters in total]`;
}

/** One half of a surrogate pair would make Weave refuse the whole request. */
function wellFormed(text: string): string {
	return /\p{Surrogate}/u.test(text) ? copyOf(text) : text;
}

/** Well-formed, and without the long text of which `text` is a part, which would stay in memory. */
function copyOf(text: string): string {
	return Buffer.from(text).toString();
}
