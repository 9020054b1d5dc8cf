import type { JsonObject, JsonValue } from 'n8n-workflow';
import { isJsonObject, parseJson } from '../../inference/json';
import { ParameterError } from './ParameterError';

/** True for an option left empty and for an expression that resolved to nothing. */
export function isUnset(value: unknown): value is undefined | null {
	return value === undefined || value === null;
}

/** A number, also as text from an expression. Blank text counts as unset. */
export function readNumber(value: unknown, field: string): number | undefined {
	if (isUnset(value) || (typeof value === 'string' && value.trim() === '')) return undefined;
	const number = typeof value === 'number' || typeof value === 'string' ? Number(value) : NaN;
	if (!Number.isFinite(number)) {
		throw new ParameterError(
			`'${field}' is not a number`,
			`Enter a number for '${field}', e.g. 1.`,
		);
	}
	return number;
}

/** A whole number. */
export function readInteger(value: unknown, field: string): number | undefined {
	const number = readNumber(value, field);
	if (number !== undefined && !Number.isInteger(number)) {
		throw new ParameterError(
			`'${field}' is not a whole number`,
			`Enter a number without a fraction for '${field}', e.g. 100.`,
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

export function readBoolean(value: unknown, field: string): boolean | undefined {
	if (isUnset(value)) return undefined;
	if (value === true || value === 'true') return true;
	if (value === false || value === 'false') return false;
	throw new ParameterError(
		`'${field}' is neither true nor false`,
		`Set '${field}' to true or false.`,
	);
}

/** Text, also from an expression that returns a number or an object. */
export function readText(value: unknown): string | undefined {
	if (isUnset(value)) return undefined;
	return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

/** A list of texts, or a single one from an expression. */
export function readTexts(value: unknown): string[] | undefined {
	if (isUnset(value)) return undefined;
	const texts = Array.isArray(value) ? value : [value];
	return texts.length === 0 ? undefined : texts.map((text) => readText(text) ?? '');
}

/** A JSON value, as text or as a value from an expression. Blank text counts as unset. */
export function readJson(value: unknown, field: string): JsonValue | undefined {
	if (isUnset(value)) return undefined;
	if (typeof value !== 'string') return value as JsonValue;
	if (value.trim() === '') return undefined;
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
