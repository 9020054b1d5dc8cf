/**
 * How long the service asks to wait before the next request, in milliseconds from `nowMs`:
 * `retry-after-ms` first, then `Retry-After` in seconds (decimals too) or as an HTTP date, which
 * counts from the answer's own `Date` where it has one. A time that has passed is 0. `undefined`
 * when neither header makes sense. Header names in lower case.
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
	// Date.parse takes '-5' and 'soon 5' for dates too; HTTP dates begin with the day of the week.
	if (retryAfter === undefined || !/^\s*(mon|tue|wed|thu|fri|sat|sun)/i.test(retryAfter)) {
		return undefined;
	}
	// The oldest form, asctime's, names no zone and still means GMT.
	const dateMs = Date.parse(/gmt\s*$/i.test(retryAfter) ? retryAfter : `${retryAfter} GMT`);
	if (Number.isNaN(dateMs)) return undefined;
	// Both dates by the service's clock: ours may be hours off.
	const sentMs = Date.parse(headers.date ?? '');
	return Math.max(0, dateMs - (Number.isNaN(sentMs) ? nowMs : sentMs));
}

function parseNumber(text: string | undefined): number | undefined {
	return text !== undefined && /^\s*\d+(\.\d+)?\s*$/.test(text) ? Number(text) : undefined;
}
