/* eslint-disable @n8n/community-nodes/no-restricted-imports -- not shipped: runs outside n8n */
import { STATUS_CODES } from 'node:http';

/** The reason for a 429, which W&B sends in four different situations. */
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
	504: 'The upstream server did not respond in time',
};

/** The message that W&B documents for a status, or else the status's standard name. */
export function documentedMessage(
	status: number,
	reason: TooManyRequestsReason = 'concurrency',
): string {
	if (status === 429) return tooManyRequestsMessages[reason];
	return messages[status] ?? STATUS_CODES[status] ?? `Status ${status}`;
}

/** An error body in the documented form. */
export function errorBody(status: number, message: string): object {
	return { error: { code: status, message } };
}

/** An error that is sent to the client in the documented form. */
export class ApiError extends Error {
	constructor(
		readonly status: number,
		message = documentedMessage(status),
	) {
		super(message);
	}
}

export function tooManyRequests(reason: TooManyRequestsReason): ApiError {
	return new ApiError(429, documentedMessage(429, reason));
}
