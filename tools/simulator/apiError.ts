/* eslint-disable @n8n/community-nodes/no-restricted-imports -- not shipped: runs outside n8n */
import { STATUS_CODES } from 'node:http';

/** Why a 429 was sent: W&B uses the same status for four causes. */
export type TooManyRequestsReason = 'concurrency' | 'quota' | 'personalAccount' | 'rate';

const quotaMessage = 'You exceeded your current quota, please check your plan and billing details';

const tooManyRequestsMessages: Record<TooManyRequestsReason, string> = {
	concurrency: 'Concurrency limit reached for requests',
	quota: quotaMessage,
	personalAccount: "W&B Inference isn't available for personal accounts",
	rate: 'Rate limit reached for requests',
};

const messages: Record<number, string> = {
	400: 'The request body is not valid',
	401: 'Authentication failed',
	402: quotaMessage,
	403: 'Country, region, or territory not supported',
	404: 'Not found',
	500: 'The server had an error while processing your request',
	503: 'The engine is currently overloaded, please try again later',
	504: 'The upstream server did not answer in time',
};

/** The text that the service's documentation gives for a status, else the status's own name. */
export function documentedMessage(
	status: number,
	reason: TooManyRequestsReason = 'concurrency',
): string {
	if (status === 429) return tooManyRequestsMessages[reason];
	return messages[status] ?? STATUS_CODES[status] ?? `Status ${status}`;
}

/** The documented error body. */
export function errorBody(status: number, message: string): object {
	return { error: { code: status, message } };
}

/** A refusal that becomes the documented error body. */
export class ApiError extends Error {
	constructor(
		readonly status: number,
		message = documentedMessage(status),
	) {
		super(message);
	}
}

/** The refusal of one 429 cause. */
export function tooManyRequests(reason: TooManyRequestsReason): ApiError {
	return new ApiError(429, documentedMessage(429, reason));
}
