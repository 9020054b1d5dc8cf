import type { JsonObject, JsonValue } from 'n8n-workflow';
import { asJsonObject, isJsonObject } from '../json';

/**
 * Appends the next pieces of a streamed list. A piece may also continue a part that is already there,
 * as in reasoning that arrives in parts.
 */
export function continueList(known: JsonValue | undefined, pieces: JsonValue[]): JsonValue[] {
	const list = Array.isArray(known) ? known : [];
	const last = list.at(-1);
	for (const piece of pieces) {
		const position = list.findLastIndex((part) => isContinued(part, piece, part === last));
		if (position < 0) list.push(piece);
		else list[position] = joinParts(asJsonObject(list[position]), asJsonObject(piece));
	}
	return list;
}

/** A piece continues the part with its index and type; without an index, only the last part. */
function isContinued(part: JsonValue, piece: JsonValue, isLast: boolean): boolean {
	if (!isJsonObject(part) || !isJsonObject(piece)) return false;
	if (part.type !== piece.type || part.index !== piece.index) return false;
	return (
		typeof piece.index === 'number' || (isLast && textNames.some((name) => isSet(piece[name])))
	);
}

const textNames = ['text', 'summary'];

/** Joins the texts of a part and keeps its other fields. */
function joinParts(part: JsonObject, piece: JsonObject): JsonObject {
	const known = Object.entries(part).filter(([, value]) => isSet(value));
	const texts = textNames.flatMap((name) => {
		const [text, more] = [part[name], piece[name]];
		return typeof text === 'string' && typeof more === 'string'
			? [[name, text + more] as const]
			: [];
	});
	return { ...piece, ...Object.fromEntries(known), ...Object.fromEntries(texts) };
}

function isSet(value: JsonValue | undefined): boolean {
	return value !== undefined && value !== null;
}
