import type { JsonObject, JsonValue } from 'n8n-workflow';
import { parseJson } from '../../inference/http/responseBody';
import { parameterError } from '../../inference/InferenceError';

/** Nothing given: an option without a value, or an expression that found none. */
export function isUnset(value: unknown): value is undefined | null {
	return value === undefined || value === null;
}

/** A number, also one that an expression delivers as text; blank text counts as unset. */
export function readNumber(value: unknown, field: string): number | undefined {
	if (isUnset(value) || (typeof value === 'string' && value.trim() === '')) return undefined;
	const number = typeof value === 'number' || typeof value === 'string' ? Number(value) : NaN;
	if (!Number.isFinite(number)) {
		throw parameterError(`'${field}' is not a number`, `Give '${field}' a number, e.g. 1.`);
	}
	return number;
}

/** A whole number, for counts. */
export function readInteger(value: unknown, field: string): number | undefined {
	const number = readNumber(value, field);
	if (number !== undefined && !Number.isInteger(number)) {
		throw parameterError(
			`'${field}' is not a whole number`,
			`Give '${field}' a number without a fraction, e.g. 100.`,
		);
	}
	return number;
}

/** A duration in seconds, 0 or more. */
export function readSeconds(value: unknown, field: string, fallback: number): number {
	const seconds = readNumber(value, field) ?? fallback;
	if (seconds < 0) {
		throw parameterError(`'${field}' is below zero`, `Give '${field}' in seconds, 0 or more.`);
	}
	return seconds;
}

export function readBoolean(value: unknown, field: string): boolean | undefined {
	if (isUnset(value)) return undefined;
	if (value === true || value === 'true') return true;
	if (value === false || value === 'false') return false;
	throw parameterError(`'${field}' is neither true nor false`, `Set '${field}' to true or false.`);
}

/** Text, also from an expression that delivers a number or an object. */
export function readText(value: unknown): string | undefined {
	if (isUnset(value)) return undefined;
	return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

/** Several texts: a list, or a single one from an expression. */
export function readTexts(value: unknown): string[] | undefined {
	if (isUnset(value)) return undefined;
	const texts = Array.isArray(value) ? value : [value];
	return texts.length === 0 ? undefined : texts.map((text) => readText(text) ?? '');
}

/** A JSON field takes text or a ready value from an expression; blank text counts as unset. */
export function readJson(value: unknown, field: string): JsonValue | undefined {
	if (isUnset(value)) return undefined;
	if (typeof value !== 'string') return value as JsonValue;
	if (value.trim() === '') return undefined;
	const parsed = parseJson(value);
	if (parsed !== undefined) return parsed as JsonValue;
	// The engine's own message is left out: it quotes the text, which may be a prompt.
	throw parameterError(
		`'${field}' is not valid JSON`,
		`Check quotes, commas and brackets in '${field}'. Text from an expression needs JSON.stringify() to be quoted right.`,
	);
}

/** A JSON field that must hold an object. */
export function readJsonObject(value: unknown, field: string): JsonObject | undefined {
	const json = readJson(value, field);
	if (json === undefined) return undefined;
	if (typeof json !== 'object' || json === null || Array.isArray(json)) {
		throw parameterError(
			`'${field}' is not a JSON object`,
			`Write '${field}' as an object in braces, e.g. {"name": "value"}.`,
		);
	}
	return json;
}

/** A JSON field that must hold an array. */
export function readJsonArray(value: unknown, field: string): JsonValue[] | undefined {
	const json = readJson(value, field);
	if (json === undefined) return undefined;
	if (!Array.isArray(json)) {
		throw parameterError(
			`'${field}' is not a JSON array`,
			`Write '${field}' as a list in square brackets.`,
		);
	}
	return json;
}
