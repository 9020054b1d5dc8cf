import type { TokenUsage } from './completion/completionParts';
import type { AnswerProblem } from './jsonAnswers/JsonSchema';
import type { ToolRun } from './toolRuns';

/** What went wrong, in one word that workflows can branch on (`details.kind` of an error item). */
export type InferenceErrorKind =
	| 'authentication'
	| 'quota'
	| 'personalAccount'
	| 'region'
	| 'forbidden'
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
	| 'refusal'
	| 'contentFilter'
	| 'budget'
	| 'toolRounds'
	| 'parameter'
	| 'credential'
	| 'cancelled';

/** The cause within a kind, where it decides what the user can do. */
export type InferenceErrorReason =
	| 'apiKeyEmpty'
	| 'apiKeyInvalid'
	| 'baseUrlInvalid'
	| 'addressNotPlain'
	| 'projectInvalid'
	| 'weaveUrlInvalid'
	| 'headersInvalid'
	| 'noCredential'
	| 'refused'
	| 'unknownHost'
	| 'unreachable'
	| 'closed'
	| 'gateway'
	| 'blocked'
	| 'notEnabled'
	| 'modelNotAllowed'
	| 'modelRetired'
	| 'proxyAuthentication'
	| 'contextLength'
	| 'tokenLimit'
	| 'emptyAnswer'
	| 'notJson'
	| 'schemaIgnored'
	| 'strictSchemaIgnored';

/** What was paid for before an error: an answer that is not what was asked for, or tool calls. */
export interface RejectedAnswer {
	/** What the model wrote; a list if several choices were requested. */
	output?: string | string[];
	problems?: AnswerProblem[];
	finishReason: string | null;
	/** Of all requests for the item. */
	usage?: TokenUsage;
	/** Tools that were run for the item. */
	toolRuns?: ToolRun[];
}

/** What is known about an error. What to do about it is for the caller to say. */
export interface InferenceErrorFacts {
	kind: InferenceErrorKind;
	reason?: InferenceErrorReason;
	/** HTTP status of the response, if there was one. */
	status?: number;
	/** Error code of the connection, e.g. `ECONNREFUSED`. */
	code?: string;
	/** The parameter that a response is about, by its name in the API. */
	parameter?: string;
	/** Whether the request named a project. */
	hasProject?: boolean;
	/** IDs of models that the user may have meant. */
	suggestedModels?: string[];
	/** Of the model, in tokens. */
	contextWindow?: number;
	/** Content type of a response that could not be read. */
	contentType?: string;
	/** How long the service asked to wait, from its `retry-after-ms` or `Retry-After` header. */
	retryAfterMs?: number;
	/** Set if there was no retry because it would have exceeded this remaining waiting time. */
	waitLeftMs?: number;
	/** The service's ID of the request, for its support. */
	requestId?: string;
	/** Set if an answer arrived, so that it is not lost. */
	answer?: RejectedAnswer;
}

/**
 * The only error that leaves `inference/`. The message says what happened, in the service's words
 * if it gave any. Neither the message nor the facts contain the API key or the prompt.
 */
export class InferenceError extends Error implements InferenceErrorFacts {
	readonly kind: InferenceErrorKind;

	readonly reason?: InferenceErrorReason;

	readonly status?: number;

	readonly code?: string;

	readonly parameter?: string;

	readonly hasProject?: boolean;

	readonly suggestedModels?: string[];

	readonly contextWindow?: number;

	readonly contentType?: string;

	readonly retryAfterMs?: number;

	readonly waitLeftMs?: number;

	readonly requestId?: string;

	readonly answer?: RejectedAnswer;

	/** Requests sent for this item, counted by the retry policy. */
	attempts = 0;

	constructor(message: string, facts: InferenceErrorFacts) {
		super(message);
		this.name = 'InferenceError';
		this.kind = facts.kind;
		this.reason = facts.reason;
		this.status = facts.status;
		this.code = facts.code;
		this.parameter = facts.parameter;
		this.hasProject = facts.hasProject;
		this.suggestedModels = facts.suggestedModels;
		this.contextWindow = facts.contextWindow;
		this.contentType = facts.contentType;
		this.retryAfterMs = facts.retryAfterMs;
		this.waitLeftMs = facts.waitLeftMs;
		this.requestId = facts.requestId;
		this.answer = facts.answer;
	}

	/** The same error with more facts. */
	with(facts: Partial<InferenceErrorFacts>): InferenceError {
		const error = new InferenceError(this.message, { ...this, ...facts });
		error.attempts = this.attempts;
		return error;
	}
}

/** The user stopped the execution, or it was abandoned because another item failed. */
export function cancelledError(): InferenceError {
	return new InferenceError('The execution was cancelled', { kind: 'cancelled' });
}
