import type { JsonObject } from 'n8n-workflow';

/** What must not appear in an error: the API key and longer quotes from the request. */
export interface Secrets {
	apiKey: string;
	/** Other values that may be keys, e.g. of a gateway. Short ones, such as names, are not. */
	otherKeys?: string[];
	body?: JsonObject;
}

const minKeyRun = 12;
const minQuote = 64;

/** More text than this does not fit in a model's context, and the search takes time. */
const maxSearched = 2_000_000;

/**
 * The text without the API key, in whole or in larger part, and without quotes of 64 or more
 * characters from the request. Engines and gateways quote what they reject, and n8n stores and
 * emails errors. Data URLs are not searched, and the name of the model is no secret.
 */
export function redact(text: string, { apiKey, otherKeys = [], body = {} }: Secrets): string {
	const strings = firstOf(stringsIn({ ...body, model: undefined }), maxSearched);
	const longKeys = otherKeys.filter((key) => key.length >= 2 * minKeyRun);
	const withoutKey = [apiKey, ...longKeys].reduce(removeKey, text);
	// A quote may be escaped as in JSON (\n, \" or \u0041), even twice.
	const once = unescapeJson(withoutKey);
	for (const form of [unescapeJson(once), once, withoutKey]) {
		const cleaned = withoutRuns(form, strings, minQuote);
		if (cleaned !== form) return cleaned;
	}
	return withoutKey;
}

function removeKey(text: string, apiKey: string): string {
	const forms = keyFormsOf(apiKey);
	if (apiKey.length >= 2 * minKeyRun) return withoutRuns(text, forms, minKeyRun);
	// Parts of a short key, which no service uses but a gateway may, would match ordinary words.
	const longestFirst = forms.sort((left, right) => right.length - left.length);
	return longestFirst.reduce((cleaned, form) => cleaned.replaceAll(form, '[…]'), text);
}

function keyFormsOf(apiKey: string): string[] {
	if (apiKey === '') return [];
	const base64 = Buffer.from(apiKey).toString('base64').replace(/=+$/, '');
	return [apiKey, encodeURIComponent(apiKey), JSON.stringify(apiKey).slice(1, -1), base64];
}

/**
 * `text` with each run of at least `minLength` characters that one of the strings contains replaced
 * by `[…]`. A run that long contains a whole block of half its length, at a multiple of that length,
 * so it is enough to search for those blocks.
 */
function withoutRuns(text: string, strings: string[], minLength: number): string {
	const blockLength = Math.max(1, Math.floor(minLength / 2));
	let kept = '';
	let keptUntil = 0;
	for (let start = 0; start + blockLength <= text.length; start += blockLength) {
		if (start < keptUntil) continue;
		const runs = strings.map((string) =>
			longestRun(text, { start, keptUntil, blockLength }, string),
		);
		const run = runs.reduce(longer, { start, end: start });
		if (lengthOf(run) < minLength) continue;
		kept += `${text.slice(keptUntil, run.start)}[…]`;
		keptUntil = run.end;
	}
	return kept + text.slice(keptUntil);
}

interface Run {
	start: number;
	end: number;
}

function longer(left: Run, right: Run): Run {
	return lengthOf(right) > lengthOf(left) ? right : left;
}

function lengthOf({ start, end }: Run): number {
	return end - start;
}

/** A block may occur often in a repetitive prompt; more places would take too long. */
const maxPlaces = 50;

/** The longest run around a block of the text that is the same somewhere in `string`. */
function longestRun(
	text: string,
	{ start, keptUntil, blockLength }: { start: number; keptUntil: number; blockLength: number },
	string: string,
): Run {
	const block = text.slice(start, start + blockLength);
	let longest: Run = { start, end: start };
	let place = string.indexOf(block);
	for (let count = 0; place >= 0 && count < maxPlaces; count += 1) {
		longest = longer(
			longest,
			extend(text, string, { start, end: start + blockLength }, place, keptUntil),
		);
		place = string.indexOf(block, place + 1);
	}
	return longest;
}

/** Extends a run of the text, which is at `place` in `string`, in both directions. */
function extend(text: string, string: string, run: Run, place: number, from: number): Run {
	let { start, end } = run;
	const shift = place - start;
	while (start > from && start + shift > 0 && text[start - 1] === string[start + shift - 1]) {
		start -= 1;
	}
	while (end < text.length && end + shift < string.length && text[end] === string[end + shift]) {
		end += 1;
	}
	return { start, end };
}

function* stringsIn(value: unknown): Generator<string> {
	if (typeof value === 'string') {
		if (!value.startsWith('data:')) yield value;
	} else if (typeof value === 'object' && value !== null) {
		for (const part of Object.values(value)) yield* stringsIn(part);
	}
}

/** The strings up to a total length. */
function firstOf(strings: Iterable<string>, maxLength: number): string[] {
	const taken: string[] = [];
	let left = maxLength;
	for (const string of strings) {
		if (left <= 0) break;
		taken.push(string.slice(0, left));
		left -= string.length;
	}
	return taken;
}

function unescapeJson(text: string): string {
	return text.replace(/\\(u[0-9a-fA-F]{4}|[nrtbf"'\\/])/g, (_, escape: string) => {
		if (escape.startsWith('u')) return String.fromCharCode(parseInt(escape.slice(1), 16));
		return { n: '\n', r: '\r', t: '\t', b: '\b', f: '\f' }[escape] ?? escape;
	});
}
