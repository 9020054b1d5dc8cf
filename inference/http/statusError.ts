import {
	InferenceError,
	type InferenceErrorKind,
	type InferenceErrorReason,
} from '../InferenceError';

interface Meaning {
	kind: InferenceErrorKind;
	reason?: InferenceErrorReason;
	/** Used if the response has no message of its own. */
	message: string;
}

const quota: Meaning = {
	kind: 'quota',
	message: 'You exceeded your current quota, please check your plan and billing details',
};

const personalAccount: Meaning = {
	kind: 'personalAccount',
	message: "W&B Inference isn't available for personal accounts",
};

const concurrency: Meaning = {
	kind: 'concurrency',
	message: 'Concurrency limit reached for requests',
};

const rateLimit: Meaning = { kind: 'rateLimit', message: 'Too many requests' };

const notFound: Meaning = { kind: 'notFound', message: 'The model or address was not found' };

const server: Meaning = {
	kind: 'server',
	message: 'The server had an error while processing your request',
};

const gateway: Meaning = {
	kind: 'server',
	reason: 'gateway',
	message: 'A gateway in front of the service returned an invalid response',
};

const redirect: Meaning = { kind: 'redirect', message: 'The service responded with a redirect' };

const otherRejection: Meaning = { kind: 'badRequest', message: 'The service rejected the request' };

const meaningByStatus: Record<number, Meaning> = {
	400: { kind: 'badRequest', message: 'The service rejected the request as invalid' },
	401: { kind: 'authentication', message: 'Authentication failed' },
	402: quota,
	403: { kind: 'region', message: 'Country, region, or territory not supported' },
	404: notFound,
	408: { kind: 'timeout', message: 'The service timed out waiting for the request' },
	413: { kind: 'badRequest', message: 'The request is too large for the service' },
	422: { kind: 'badRequest', message: 'The service cannot process the values in this request' },
	500: server,
	502: gateway,
	503: {
		kind: 'overloaded',
		message: 'The engine is currently overloaded, please try again later',
	},
	504: gateway,
};

/** What is known from an error response or from an error inside a stream. */
export interface ErrorResponse {
	status: number;
	/** The service's own message, if the body had one. */
	serviceMessage?: string;
	retryAfterMs?: number;
	requestId?: string;
}

/** The error for a status other than 2xx, or for an error object inside a stream. */
export function statusError(response: ErrorResponse): InferenceError {
	const { kind, reason, message } = meaningOf(response);
	const { status, serviceMessage, retryAfterMs, requestId } = response;
	return new InferenceError(serviceMessage ?? `${message} (HTTP ${status})`, {
		kind,
		reason,
		status,
		retryAfterMs,
		requestId,
	});
}

function meaningOf({ status, serviceMessage = '' }: ErrorResponse): Meaning {
	// W&B uses 429 for three different things, and only the text tells them apart.
	if (status === 429) {
		if (/quota|billing|credits|budget/i.test(serviceMessage)) return quota;
		if (/personal account/i.test(serviceMessage)) return personalAccount;
		// LiteLLM says 'parallel' for its own limit.
		if (serviceMessage === '' || /concurren|parallel/i.test(serviceMessage)) return concurrency;
		return rateLimit;
	}
	// LiteLLM's words for a model that the proxy does not know.
	if (status === 400 && /invalid model name/i.test(serviceMessage)) return notFound;
	if (status >= 300 && status < 400) return redirect;
	const known = meaningByStatus[status];
	if (known) return known;
	if (status >= 500) return status >= 520 ? gateway : server;
	return otherRejection;
}

/**
 * The message in an error body, in the format of OpenAI and W&B, of LiteLLM, or of FastAPI
 * (`detail`); `undefined` for HTML and for empty or unknown bodies. `redact` removes what must not
 * appear in an error, before the message is shortened.
 */
export function serviceMessageOf(
	body: unknown,
	redact: (text: string) => string,
): string | undefined {
	if (typeof body !== 'object' || body === null) return undefined;
	const { error, message, detail } = body as Record<string, unknown>;
	const found = [nestedMessage(error), error, message, nestedMessage(detail), detail].find(
		(candidate): candidate is string => typeof candidate === 'string' && candidate.trim() !== '',
	);
	return found === undefined ? undefined : clip(redact(found.trim().slice(0, maxSearched)));
}

function nestedMessage(value: unknown): unknown {
	if (Array.isArray(value)) return nestedMessage(value[0]);
	if (typeof value !== 'object' || value === null) return undefined;
	const { message, msg } = value as Record<string, unknown>;
	return message ?? msg;
}

const maxMessageLength = 500;
/** More than is shown, so that a key or quote that is cut off at the end is still recognized. */
const maxSearched = 1000;

function clip(text: string): string {
	return text.length <= maxMessageLength ? text : `${text.slice(0, maxMessageLength)}…`;
}
