import {
	InferenceError,
	type InferenceErrorKind,
	type InferenceErrorReason,
} from '../InferenceError';
import type { ErrorBody } from './errorBody';

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

const modelNotAllowed: Meaning = {
	kind: 'notFound',
	reason: 'modelNotAllowed',
	message: 'The API key cannot use this model',
};

const contextLength: Meaning = {
	kind: 'badRequest',
	reason: 'contextLength',
	message: 'The request is longer than the context of the model',
};

const region: Meaning = {
	kind: 'region',
	message: 'Country, region, or territory not supported',
};

const notEnabled: Meaning = {
	kind: 'forbidden',
	reason: 'notEnabled',
	message: 'The inference gateway is not enabled for your organization',
};

const blocked: Meaning = {
	kind: 'forbidden',
	reason: 'blocked',
	message: 'A firewall or proxy blocked the request',
};

const forbidden: Meaning = { kind: 'forbidden', message: 'The service denied access' };

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
	404: notFound,
	407: {
		kind: 'badRequest',
		reason: 'proxyAuthentication',
		message: 'The proxy in front of the service requires authentication',
	},
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
export interface ErrorResponse extends ErrorBody {
	status: number;
	retryAfterMs?: number;
	requestId?: string;
	/** Whether the request named a project. */
	hasProject?: boolean;
}

/** The error for a status other than 2xx, or for an error object inside a stream. */
export function statusError(response: ErrorResponse): InferenceError {
	const { kind, reason, message } = meaningOf(response);
	const { status, serviceMessage, pageTitle = '' } = response;
	const { retryAfterMs, requestId, parameter, hasProject } = response;
	const title = pageTitle === '' ? '' : `, “${pageTitle}”`;
	return new InferenceError(serviceMessage ?? `${message} (HTTP ${status}${title})`, {
		kind,
		reason,
		status,
		retryAfterMs,
		requestId,
		parameter,
		hasProject,
	});
}

function meaningOf(response: ErrorResponse): Meaning {
	const { status } = response;
	const named = meaningByCode(response);
	if (named) return named;
	if (status === 403) return meaningOf403(response);
	if (status === 429) return meaningOf429(response);
	if (status === 400 || status === 413 || status === 422) {
		const rejected = meaningOfInput(response);
		if (rejected) return rejected;
	}
	if (status >= 300 && status < 400) return redirect;
	const known = meaningByStatus[status];
	if (known) return known;
	if (status >= 500) return status >= 520 ? gateway : server;
	return otherRejection;
}

/** Gateways put the truth in the name of the error rather than in the status. */
function meaningByCode({ status, code = '' }: ErrorResponse): Meaning | undefined {
	if (status < 400 || status > 499) return undefined;
	if (code === 'insufficient_quota' || code === 'budget_exceeded') return quota;
	// LiteLLM's name, which comes with 401 or 403.
	return code === 'key_model_access_denied' ? modelNotAllowed : undefined;
}

function meaningOf403({ serviceMessage = '', pageTitle }: ErrorResponse): Meaning {
	if (/country|region|territor|geograph/i.test(serviceMessage)) return region;
	if (/not enabled/i.test(serviceMessage)) return notEnabled;
	if (/access to (the )?model|access model/i.test(serviceMessage)) return modelNotAllowed;
	return pageTitle === undefined ? forbidden : blocked;
}

/** W&B uses 429 for three different things, and only the text tells them apart. */
function meaningOf429({ serviceMessage = '' }: ErrorResponse): Meaning {
	// OpenAI's texts for rate limits end with links to pages about billing.
	const text = serviceMessage.replace(/https?:\/\/\S+/g, '');
	if (/personal account/i.test(text)) return personalAccount;
	// LiteLLM says 'parallel' for its own limit.
	if (text === '' || /concurren|parallel/i.test(text)) return concurrency;
	if (/quota|credits|budget/i.test(text)) return quota;
	if (/rate limit|per min/i.test(text)) return rateLimit;
	return /billing/i.test(text) ? quota : rateLimit;
}

/** What is wrong with the input, if it is not a value of a parameter. */
function meaningOfInput(response: ErrorResponse): Meaning | undefined {
	const { status, serviceMessage = '', parameter, code } = response;
	// LiteLLM's words for a model that the proxy does not know.
	const isModel = /invalid model name/i.test(serviceMessage) || parameter === 'model';
	if (status === 400 && isModel) return notFound;
	const isContext = /context (length|window)|maximum model length|prompt is too long/i;
	return code === 'context_length_exceeded' || isContext.test(serviceMessage)
		? contextLength
		: undefined;
}
