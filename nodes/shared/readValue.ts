import type { JsonObject, JsonValue } from 'n8n-workflow';
import { isJsonObject, parseJson } from '../../inference/json';
import { ParameterError } from './ParameterError';

/** True for an option left empty and for an expression that resolved to nothing. */
export function isUnset(value: unknown): value is undefined | null {
	return value === undefined || value === null;
}

/** True for unset values and for blank text. */
export function isBlank(value: unknown): boolean {
	return isUnset(value) || (typeof value === 'string' && value.trim() === '');
}

/** A number, also as text from an expression, but not in hexadecimal. Blank text counts as unset. */
export function readNumber(value: unknown, field: string): number | undefined {
	if (isBlank(value)) return undefined;
	const isDecimal = typeof value === 'string' && !/^\s*0[box]/i.test(value);
	const number = typeof value === 'number' || isDecimal ? Number(value) : NaN;
	if (!Number.isFinite(number)) {
		throw new ParameterError(
			`'${field}' is not a number`,
			`Enter a number for '${field}', e.g. 1.`,
		);
	}
	return number;
}

/** A whole number, no lower than `minimum`. */
export function readInteger(value: unknown, field: string, minimum?: 0 | 1): number | undefined {
	const number = readNumber(value, field);
	if (number === undefined) return undefined;
	if (!Number.isInteger(number)) {
		throw new ParameterError(
			`'${field}' is not a whole number`,
			`Enter a number without a fraction for '${field}', e.g. 100.`,
		);
	}
	if (minimum !== undefined && number < minimum) {
		throw new ParameterError(
			`'${field}' is below ${minimum === 0 ? 'zero' : 'one'}`,
			`Enter ${minimum} or more for '${field}'.`,
		);
	}
	return number;
}

/** A duration in seconds, 0 or more. */
export function readSeconds(value: unknown, field: string, fallback: number): number {
	const seconds = readNumber(value, field) ?? fallback;
	if (seconds < 0) {
		throw new ParameterError(`'${field}' is below zero`, `Enter 0 or more seconds for '${field}'.`);
	}
	return seconds;
}

/** True or false, also as 1 and 0 or as text in any case. Blank text counts as unset. */
export function readBoolean(value: unknown, field: string): boolean | undefined {
	if (isBlank(value)) return undefined;
	const text = readText(value)?.trim().toLowerCase();
	if (text === 'true' || text === '1') return true;
	if (text === 'false' || text === '0') return false;
	throw new ParameterError(
		`'${field}' is neither true nor false`,
		`Set '${field}' to true or false.`,
	);
}

/** The values of a choice. One can have another name, e.g. the one that the editor displays. */
export type Choices<Choice extends string> = ReadonlyArray<
	Choice | { readonly name: string; readonly value: Choice }
>;

/** One of the `allowed` values or names, in any case; the fallback if unset or blank. */
export function readChoice<Choice extends string>(
	value: unknown,
	field: string,
	allowed: Choices<Choice>,
	fallback: Choice,
): Choice {
	return isBlank(value) ? fallback : checkedChoice(value, field, allowed);
}

/** Like `readChoice`, but there must be a value. */
export function checkedChoice<Choice extends string>(
	value: unknown,
	field: string,
	allowed: Choices<Choice>,
): Choice {
	const choice = findChoice(value, allowed);
	if (choice !== undefined) return choice;
	throw new ParameterError(
		`'${field}' has an unknown value`,
		`Use one of these values for '${field}': ${valuesOf(allowed).join(', ')}.`,
	);
}

/** The allowed value that `value` is or names. */
export function findChoice<Choice extends string>(
	value: unknown,
	allowed: Choices<Choice>,
): Choice | undefined {
	const text = comparable(readText(value) ?? '');
	const match = allowed.find((choice) =>
		typeof choice === 'string'
			? comparable(choice) === text
			: comparable(choice.value) === text || comparable(choice.name) === text,
	);
	return typeof match === 'object' ? match.value : match;
}

/** Each allowed value once. */
export function valuesOf<Choice extends string>(allowed: Choices<Choice>): Choice[] {
	const values = allowed.map((choice) => (typeof choice === 'string' ? choice : choice.value));
	return [...new Set(values)];
}

/** 'JSON Schema' is displayed for 'json_schema'. */
function comparable(text: string): string {
	return text
		.trim()
		.toLowerCase()
		.replace(/[\s_-]+/g, ' ');
}

/** Text, also from an expression that returns a number or an object. */
export function readText(value: unknown): string | undefined {
	if (isUnset(value)) return undefined;
	return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

/** Text that is not blank. Blank text counts as unset. */
export function readFilledText(value: unknown): string | undefined {
	return isBlank(value) ? undefined : readText(value);
}

/** A list of texts without empty ones: from a list, JSON text of a list of texts, or one text. */
export function readTexts(value: unknown): string[] | undefined {
	const parsed = typeof value === 'string' ? parseJson(value) : undefined;
	const isList = Array.isArray(parsed) && parsed.every((entry) => typeof entry === 'string');
	const entries: unknown[] = [isList ? parsed : value].flat(2);
	const texts = entries.map((entry) => readText(entry) ?? '').filter((text) => text !== '');
	return texts.length === 0 ? undefined : texts;
}

/** A list of names without blank ones: from a list, JSON text, or text with commas or line breaks. */
export function readNames(value: unknown): string[] {
	const list = typeof value === 'string' ? parseJson(value) : value;
	if (Array.isArray(list)) return list.flatMap((entry) => readNames(entry));
	const names = (readText(value) ?? '').split(/[,\r\n]/).map((name) => name.trim());
	return names.filter((name) => name !== '');
}

/** A JSON value, as text or as a value from an expression. Blank text counts as unset. */
export function readJson(value: unknown, field: string): JsonValue | undefined {
	if (isBlank(value)) return undefined;
	if (typeof value !== 'string') return value as JsonValue;
	const parsed = parseJson(value);
	if (parsed !== undefined) return parsed as JsonValue;
	// Omit the parser's own message: it quotes the text, which may be a prompt.
	throw new ParameterError(
		`'${field}' is not valid JSON`,
		`Check quotes, commas and brackets in '${field}'. To insert text from an expression, use JSON.stringify().`,
	);
}

/** A JSON object. */
export function readJsonObject(value: unknown, field: string): JsonObject | undefined {
	const json = readJson(value, field);
	if (json === undefined) return undefined;
	if (!isJsonObject(json)) {
		throw new ParameterError(
			`'${field}' is not a JSON object`,
			`Enter '${field}' as an object in braces, e.g. {"name": "value"}.`,
		);
	}
	return json;
}

/** A JSON array. */
export function readJsonArray(value: unknown, field: string): JsonValue[] | undefined {
	const json = readJson(value, field);
	if (json === undefined) return undefined;
	if (!Array.isArray(json)) {
		throw new ParameterError(
			`'${field}' is not a JSON array`,
			`Enter '${field}' as a list in square brackets.`,
		);
	}
	return json;
}
