/**
 * How long the service asks to wait before the next request, in milliseconds: from `retry-after-ms`,
 * otherwise from `Retry-After` in seconds (decimals included) or as an HTTP date. A date counts from
 * the response's own `Date` header, or from `nowMs` without one. A time in the past is 0.
 * `undefined` if neither header makes sense. Header names are in lower case.
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
	// Date.parse also accepts '-5' and 'soon 5'; HTTP dates begin with the day of the week.
	if (retryAfter === undefined || !/^\s*(mon|tue|wed|thu|fri|sat|sun)/i.test(retryAfter)) {
		return undefined;
	}
	// The oldest format, asctime, has no time zone but means GMT.
	const dateMs = Date.parse(/gmt\s*$/i.test(retryAfter) ? retryAfter : `${retryAfter} GMT`);
	if (Number.isNaN(dateMs)) return undefined;
	// Take both dates from the service's clock, because this machine's clock may be hours off.
	const sentMs = Date.parse(headers.date ?? '');
	return Math.max(0, dateMs - (Number.isNaN(sentMs) ? nowMs : sentMs));
}

function parseNumber(text: string | undefined): number | undefined {
	return text !== undefined && /^\s*\d+(\.\d+)?\s*$/.test(text) ? Number(text) : undefined;
}
