/** What went wrong, in one word that workflows can branch on (`details.kind` of an error item). */
export type InferenceErrorKind =
	| 'authentication'
	| 'quota'
	| 'personalAccount'
	| 'region'
	| 'concurrency'
	| 'rateLimit'
	| 'overloaded'
	| 'server'
	| 'badRequest'
	| 'notFound'
	| 'redirect'
	| 'connection'
	| 'certificate'
	| 'timeout'
	| 'incompleteAnswer'
	| 'invalidAnswer'
	| 'invalidOutput'
	| 'parameter'
	| 'credential'
	| 'cancelled';

export interface InferenceErrorDetails {
	kind: InferenceErrorKind;
	/** What the person should do next. */
	advice: string;
	/** HTTP status of the answer, where there was one. */
	status?: number;
	/** How long the service asked to wait, from its `retry-after-ms` or `Retry-After` header. */
	retryAfterMs?: number;
	/** The service's id of the request, for its support. */
	requestId?: string;
}

/**
 * The only error that leaves `inference/`. `message` says what happened in the service's words,
 * `advice` what to do; neither holds the API key or the prompt.
 */
export class InferenceError extends Error {
	readonly kind: InferenceErrorKind;

	readonly advice: string;

	readonly status?: number;

	readonly retryAfterMs?: number;

	readonly requestId?: string;

	/** Requests sent for this item, counted by the retry policy. */
	attempts = 0;

	constructor(message: string, details: InferenceErrorDetails) {
		super(message);
		this.name = 'InferenceError';
		this.kind = details.kind;
		this.advice = details.advice;
		this.status = details.status;
		this.retryAfterMs = details.retryAfterMs;
		this.requestId = details.requestId;
	}

	/** The same error with more to its advice, for what only the retry policy knows. */
	withAdvice(advice: string): InferenceError {
		const error = new InferenceError(this.message, { ...this, advice });
		error.attempts = this.attempts;
		return error;
	}
}

/** A value that a person gave and that cannot be sent; thrown before any request. */
export function parameterError(message: string, advice: string): InferenceError {
	return new InferenceError(message, { kind: 'parameter', advice });
}

/** The execution was stopped by a person, or given up because another item failed. */
export function cancelledError(): InferenceError {
	return new InferenceError('The execution was cancelled', {
		kind: 'cancelled',
		advice: 'Start the workflow again to send the remaining requests.',
	});
}

interface ErrorMeaning {
	kind: InferenceErrorKind;
	/** Used when the body holds no message. */
	message: string;
	advice: string;
}

const quota: ErrorMeaning = {
	kind: 'quota',
	message: 'You exceeded your current quota, please check your plan and billing details',
	advice:
		'Buy credits or raise the monthly spending cap in W&B Billing, then run again. Waiting does not help, so this was not retried.',
};

const personalAccount: ErrorMeaning = {
	kind: 'personalAccount',
	message: "W&B Inference isn't available for personal accounts",
	advice:
		"Create a team in W&B and set 'Project' in the credential to 'team/project'. Waiting does not help, so this was not retried.",
};

const concurrency: ErrorMeaning = {
	kind: 'concurrency',
	message: 'Concurrency limit reached for requests',
	advice:
		"Too many requests of this W&B project ran at once, and no place came free in the time for waiting. Run fewer at once; in W&B Inference Chat, raise 'Max Wait' in Retry Policy or lower 'Max Concurrency' in Throughput.",
};

const rateLimit: ErrorMeaning = {
	kind: 'rateLimit',
	message: 'Too many requests',
	advice:
		"The service accepts fewer requests than were sent. Run fewer at once, or raise 'Max Retries'.",
};

const server: ErrorMeaning = {
	kind: 'server',
	message: 'The server had an error while processing your request',
	advice:
		'Run again after a short wait. If it persists, contact W&B support with the request ID, where one is given.',
};

const gateway: ErrorMeaning = {
	kind: 'server',
	message: 'A gateway in front of the service gave no usable answer',
	advice:
		"Run again after a short wait. If you use a proxy as 'Base URL', check that it is running and reaches W&B Inference.",
};

const meaningByStatus: Record<number, ErrorMeaning> = {
	400: {
		kind: 'badRequest',
		message: 'The service refused the request as invalid',
		advice:
			'Check the parameter that the message names. Not every model accepts every option: remove options until it works.',
	},
	401: {
		kind: 'authentication',
		message: 'Authentication failed',
		advice:
			"Check the API key in the credential (wandb.ai/authorize shows yours), and that 'Project' is 'team/project' exactly as spelled in W&B.",
	},
	402: quota,
	403: {
		kind: 'region',
		message: 'Country, region, or territory not supported',
		advice:
			"The service refuses requests from here. See W&B's geographic restrictions; where they do not apply, check that the key may use this project.",
	},
	404: {
		kind: 'notFound',
		message: 'The model or address was not found',
		advice:
			"Check the model's spelling (pick it 'From List'), and 'Base URL' in the credential: it normally ends in /v1. A fine-tuned model also needs 'Project'.",
	},
	408: {
		kind: 'timeout',
		message: 'The service gave up waiting for the request',
		advice:
			"Run again. W&B Inference Chat does so by itself with '408' in 'Retry On' of its Retry Policy.",
	},
	413: {
		kind: 'badRequest',
		message: 'The request is too large for the service',
		advice: 'Send less text, or fewer or smaller images.',
	},
	422: {
		kind: 'badRequest',
		message: 'The service cannot process the values of this request',
		advice: 'Check the parameter that the message names.',
	},
	500: server,
	502: gateway,
	503: {
		kind: 'overloaded',
		message: 'The engine is currently overloaded, please try again later',
		advice:
			"Traffic on this model is high. Run again in one or two minutes, raise 'Max Retries', or add 'Fallback Models' in Options.",
	},
	504: gateway,
};

/** What an answer that is not a completion says about itself. */
export interface RefusedAnswer {
	status: number;
	/** The service's own message, where the body held one. */
	serviceMessage?: string;
	retryAfterMs?: number;
	requestId?: string;
}

/**
 * The error for a status other than 2xx, or for an error object inside a stream.
 *
 * A 429 means three things at W&B; only the text tells them apart.
 */
export function refusedAnswerError(answer: RefusedAnswer): InferenceError {
	const meaning = meaningOf(answer);
	const { status, retryAfterMs, requestId } = answer;
	const message = answer.serviceMessage ?? `${meaning.message} (HTTP ${status})`;
	return new InferenceError(message, {
		kind: meaning.kind,
		advice: meaning.advice,
		status,
		retryAfterMs,
		requestId,
	});
}

function meaningOf({ status, serviceMessage = '' }: RefusedAnswer): ErrorMeaning {
	if (status === 429) {
		if (/quota|billing|credits|budget/i.test(serviceMessage)) return quota;
		if (/personal account/i.test(serviceMessage)) return personalAccount;
		if (serviceMessage === '' || /concurren/i.test(serviceMessage)) return concurrency;
		return rateLimit;
	}
	if (status >= 300 && status < 400) return redirect;
	const known = meaningByStatus[status];
	if (known) return known;
	if (status >= 500) return status >= 520 ? gateway : server;
	return {
		kind: 'badRequest',
		message: 'The service refused the request',
		advice: "Check 'Base URL' in the credential and the options of the node.",
	};
}

const redirect: ErrorMeaning = {
	kind: 'redirect',
	message: 'The service answered with a redirect',
	advice:
		"Redirects are not followed, so that the API key never leaves for another address. Set 'Base URL' in the credential to the final address.",
};

/**
 * The message in an error body: OpenAI's and W&B's shapes, LiteLLM's, FastAPI's `detail`, or
 * `undefined` for HTML, empty or unknown bodies.
 */
export function serviceMessageOf(body: unknown): string | undefined {
	if (typeof body !== 'object' || body === null) return undefined;
	const { error, message, detail } = body as Record<string, unknown>;
	const found = [nestedMessage(error), error, message, nestedMessage(detail), detail].find(
		(candidate): candidate is string => typeof candidate === 'string' && candidate.trim() !== '',
	);
	return found === undefined ? undefined : clip(found.trim());
}

function nestedMessage(value: unknown): unknown {
	if (Array.isArray(value)) return nestedMessage(value[0]);
	if (typeof value !== 'object' || value === null) return undefined;
	const { message, msg } = value as Record<string, unknown>;
	return message ?? msg;
}

const longestMessage = 500;

function clip(text: string): string {
	return text.length <= longestMessage ? text : `${text.slice(0, longestMessage)}…`;
}

const shortestQuote = 16;

/**
 * `message` with every stretch of `shortestQuote` or more characters that also stands in
 * `privateText` replaced by `[…]`: engines quote the offending input, and a prompt has no place
 * in an error that n8n stores and mails.
 */
export function withoutQuotes(message: string, privateText: string): string {
	let kept = '';
	let position = 0;
	while (position < message.length) {
		let end = position + shortestQuote;
		if (end > message.length || !privateText.includes(message.slice(position, end))) {
			kept += message[position];
			position += 1;
			continue;
		}
		while (end < message.length && privateText.includes(message.slice(position, end + 1))) end += 1;
		kept += '[…]';
		position = end;
	}
	return kept;
}
