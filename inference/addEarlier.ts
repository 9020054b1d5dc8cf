import type { JsonObject, JsonValue } from 'n8n-workflow';
import { addUsage } from './catalog/addUsage';
import type { ChatResult } from './completeChat';
import { isJsonObject } from './json';

/** The result of a later request for the same item, with the usage and attempts of both. */
export function addEarlier<Result extends ChatResult>(earlier: ChatResult, result: Result): Result {
	const usage = sum(earlier.completion.usage, result.completion.usage);
	return {
		...result,
		completion: { ...result.completion, ...(usage === undefined ? {} : { usage }) },
		usage: addUsage(earlier.usage, result.usage),
		attempts: earlier.attempts + result.attempts,
	};
}

/** Adds the counts of two usage objects of the API, whatever counts they contain. */
function sum(left: JsonValue | undefined, right: JsonValue | undefined): JsonValue | undefined {
	if (typeof left === 'number' && typeof right === 'number') return left + right;
	if (!isJsonObject(left) || !isJsonObject(right)) return right ?? left;
	const names = new Set([...Object.keys(left), ...Object.keys(right)]);
	return Object.fromEntries(
		[...names].map((name) => [name, sum(left[name] as JsonValue, right[name] as JsonValue)]),
	) as JsonObject;
}
