import { parseJson } from '../json';

/** What the body of an error response says. */
export interface ErrorBody {
	/** The service's own message, as far as it may be shown. */
	serviceMessage?: string;
	/** The name of the error in the body, e.g. `insufficient_quota`. */
	code?: string;
	/** The parameter that the error is about, by its name in the API. */
	parameter?: string;
	/** The title of a web page, which only gateways and firewalls send; may be empty. */
	pageTitle?: string;
}

/** Removes what must not appear in an error. */
type Redact = (text: string) => string;

/** Reads a body as text: JSON of any common form, a web page, or a plain message. */
export function parseErrorBody(text: string, redact: Redact): ErrorBody {
	const body = parseJson(text);
	if (body !== undefined) return errorBodyOf(body, redact);
	const trimmed = text.trim();
	if (/^<(!doctype|html|head|body)\b/i.test(trimmed)) {
		const title = /<title[^>]*>([^<]*)/i.exec(trimmed)?.[1] ?? '';
		return { pageTitle: shown(title, redact) ?? '' };
	}
	// A long text, or one in markup or JSON that was cut off, explains nothing.
	const isMessage = /^[^<{[]/.test(trimmed) && trimmed.length <= maxPlainLength;
	return isMessage ? withMessage(trimmed, redact) : {};
}

/** Reads a parsed body in the format of OpenAI and W&B, of vLLM, of LiteLLM, or of FastAPI. */
export function errorBodyOf(body: unknown, redact: Redact): ErrorBody {
	if (typeof body === 'string') return withMessage(body, redact);
	if (typeof body !== 'object' || body === null) return {};
	const { error, message, detail, type, code, param } = body as Record<string, unknown>;
	const details = detailsOf(Array.isArray(error) ? error : detail, redact);
	const nested = objectOf(error) ?? objectOf(detail) ?? {};
	const found = [nested.message, error, message, nested.msg, detail].find(isFilled);
	const parameter = nameIn([nested.param, param, details[0]?.parameter], redact);
	const name = nameIn([nested.code, nested.type, code, type], redact);
	return {
		...withMessage(found ?? messageOf(details), redact, parameter),
		...(name === undefined ? {} : { code: name }),
		...(parameter === undefined ? {} : { parameter }),
	};
}

/**
 * The first value that can be a name in the API. Anything else could be a part of the prompt. LiteLLM
 * is written in Python, where nothing is None.
 */
function nameIn(values: unknown[], redact: Redact): string | undefined {
	return values.find(
		(value): value is string =>
			isFilled(value) &&
			/^(?!None$)[A-Za-z_][\w.[\]-]{0,47}$/.test(value) &&
			redact(value) === value,
	);
}

interface Detail {
	parameter?: string;
	message: string;
}

/** FastAPI reports each invalid field with its place in the request, e.g. `["body", "top_k"]`. */
function detailsOf(value: unknown, redact: Redact): Detail[] {
	if (!Array.isArray(value)) return [];
	return value.slice(0, maxDetails).flatMap((entry) => {
		const { loc, msg, message } = objectOf(entry) ?? {};
		const text = [msg, message].find(isFilled);
		if (text === undefined) return [];
		const place = Array.isArray(loc) ? loc.filter((part) => part !== 'body').join('.') : undefined;
		return [{ message: text, parameter: nameIn([place], redact) }];
	});
}

function messageOf(details: Detail[]): string | undefined {
	if (details.length === 0) return undefined;
	return details
		.map(({ parameter, message }) => (parameter ? `${parameter}: ${message}` : message))
		.join('; ');
}

function withMessage(text: string | undefined, redact: Redact, parameter?: string): ErrorBody {
	const message = text === undefined ? undefined : shown(text, redact);
	if (message === undefined) return {};
	const isNamed = parameter === undefined || message.includes(parameter);
	return { serviceMessage: isNamed ? message : `${parameter}: ${message}` };
}

function objectOf(value: unknown): Record<string, unknown> | undefined {
	if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
	return value as Record<string, unknown>;
}

function isFilled(value: unknown): value is string {
	return typeof value === 'string' && value.trim() !== '';
}

const maxDetails = 3;
const maxPlainLength = 1000;
const maxMessageLength = 500;
/** More than is shown, so that a key or quote that is cut off at the end is still recognized. */
const maxSearched = 1000;

function shown(text: string, redact: Redact): string | undefined {
	if (text.trim() === '') return undefined;
	const redacted = redact(text.trim().slice(0, maxSearched));
	return redacted.length <= maxMessageLength ? redacted : `${redacted.slice(0, maxMessageLength)}…`;
}
