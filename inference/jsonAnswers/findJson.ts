import type { JsonValue } from 'n8n-workflow';
import { parseJson } from '../json';
import { jsonrepair } from './bundled';

/** JSON values from the same kind of place in a text, the most likely one first. */
export interface JsonFindings {
	/**
	 * Where they were found: `whole` text, in a `fenced` code block, `embedded` in other text,
	 * `repaired` from almost-JSON such as trailing commas, or a `fragment` of a broken value.
	 */
	place: 'whole' | 'fenced' | 'embedded' | 'repaired' | 'fragment';
	values: JsonValue[];
}

/**
 * Finds the JSON in what a model wrote, with or without other text around it. Each finding is less
 * certain than the ones before, so a caller should stop at the first that fits.
 *
 * In a text that was cut off, the rest of a broken value is missing, so nothing is taken from it.
 */
export function* findJson(text: string, isCutOff: boolean): Generator<JsonFindings, void> {
	// trim() also removes a byte order mark.
	const whole = parseJson(text.trim()) as JsonValue | undefined;
	// Some engines encode the JSON a second time, as a JSON string.
	const inner = typeof whole === 'string' ? parsedContainer(whole) : undefined;
	yield { place: 'whole', values: [whole, inner].filter((value) => value !== undefined) };

	const fences = fencedTexts(text);
	yield { place: 'fenced', values: parsed(longestFirst(fences)) };

	const { values, broken, fragments } = scan(text);
	yield { place: 'embedded', values: parsed(longestFirst(values)) };
	if (isCutOff) return;

	const sources = longestFirst([...fences.filter((fence) => !isJson(fence)), ...broken]);
	yield {
		place: 'repaired',
		values: sources.map(repaired).filter((value) => value !== undefined),
	};
	yield { place: 'fragment', values: parsed(longestFirst(fragments)) };
}

/** The contents of Markdown code blocks, without the language. */
function fencedTexts(text: string): string[] {
	return [...text.matchAll(/(```+|~~~+)([\s\S]*?)\1/g)].map(([, , content = '']) =>
		content.replace(/^[ \t]*[a-z][\w+.-]*(?=\s|[{[])/i, '').trim(),
	);
}

interface Scan {
	/** Texts of objects and arrays that are not part of another one. */
	values: string[];
	/** Texts that begin like an object or array but are not valid JSON. */
	broken: string[];
	/** Texts of valid objects and arrays inside the broken ones. */
	fragments: string[];
}

/** What follows the bracket that opens a JSON object or array, or something close to it. */
const looksLikeJson = /[{[]\s*(?:["'{}[\]“\d/-]|[A-Za-z_]\w*\s*:|(?:true|false|null)\b)/y;

function scan(text: string): Scan {
	const found: Scan = { values: [], broken: [], fragments: [] };
	let brokenUntil = 0;
	// Thousands of brackets that are never closed must not take seconds.
	let charactersLeft = 20 * text.length;
	for (let position = 0; position < text.length && charactersLeft > 0; ) {
		looksLikeJson.lastIndex = position;
		const isBracket = text[position] === '{' || text[position] === '[';
		if (!isBracket || !looksLikeJson.test(text)) {
			position += 1;
			continue;
		}
		const end = endOfValue(text, position);
		charactersLeft -= (end ?? text.length) - position;
		const value = end === undefined ? undefined : text.slice(position, end);
		const isInBroken = position < brokenUntil;
		if (value !== undefined && isJson(value)) {
			(isInBroken ? found.fragments : found.values).push(value);
			position += value.length;
			continue;
		}
		if (!isInBroken) {
			brokenUntil = end ?? text.length;
			found.broken.push(text.slice(position, end ?? endOfLastValue(text)));
		}
		position += 1;
	}
	return found;
}

/** The position behind the bracket that closes the one at `start`; brackets in strings do not count. */
function endOfValue(text: string, start: number): number | undefined {
	let depth = 0;
	let isInString = false;
	for (let position = start; position < text.length; position += 1) {
		const character = text[position];
		if (isInString) {
			if (character === '\\') position += 1;
			else if (character === '"') isInString = false;
		} else if (character === '"') isInString = true;
		else if (character === '{' || character === '[') depth += 1;
		else if (character === '}' || character === ']') {
			depth -= 1;
			if (depth === 0) return position + 1;
		}
	}
	return undefined;
}

function endOfLastValue(text: string): number {
	return Math.max(text.lastIndexOf('}'), text.lastIndexOf(']')) + 1 || text.length;
}

function repaired(text: string): JsonValue | undefined {
	try {
		return parsedContainer(jsonrepair(text));
	} catch {
		return undefined;
	}
}

function parsedContainer(text: string): JsonValue | undefined {
	const value = parseJson(text.trim());
	return typeof value === 'object' && value !== null ? (value as JsonValue) : undefined;
}

function parsed(texts: string[]): JsonValue[] {
	return texts.map((text) => parseJson(text) as JsonValue).filter((value) => value !== undefined);
}

function isJson(text: string): boolean {
	return parseJson(text) !== undefined;
}

/** Of equally long texts, the later one is more likely to be the answer. */
function longestFirst(texts: string[]): string[] {
	return [...texts].reverse().sort((left, right) => right.length - left.length);
}
