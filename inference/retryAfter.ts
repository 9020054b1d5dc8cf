/**
 * How long the service asks to wait before the next request, in milliseconds from `nowMs`:
 * `retry-after-ms` first, then `Retry-After` in seconds (decimals too) or as an HTTP date. A time
 * that has passed is 0. `undefined` when neither header makes sense. Header names in lower case.
 */
export function parseRetryAfterMs(
	headers: Record<string, string>,
	nowMs: number,
): number | undefined {
	const milliseconds = parseNumber(headers['retry-after-ms']);
	if (milliseconds !== undefined) return milliseconds;
	const retryAfter = headers['retry-after'];
	const seconds = parseNumber(retryAfter);
	if (seconds !== undefined) return seconds * 1000;
	// A date has letters; Date.parse would take a lone '-5' or '2026' for a date too.
	if (retryAfter === undefined || !/[a-z]{3}/i.test(retryAfter)) return undefined;
	const dateMs = Date.parse(retryAfter);
	return Number.isNaN(dateMs) ? undefined : Math.max(0, dateMs - nowMs);
}

function parseNumber(text: string | undefined): number | undefined {
	return text !== undefined && /^\s*\d+(\.\d+)?\s*$/.test(text) ? Number(text) : undefined;
}
