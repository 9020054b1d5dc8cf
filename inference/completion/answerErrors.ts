import type { JsonObject, JsonValue } from 'n8n-workflow';
import { requestIdOf } from '../http/responseBody';
import { errorBodyOf } from '../http/errorBody';
import { statusError } from '../http/statusError';
import type { TransportResponse } from '../http/transport';
import { InferenceError } from '../InferenceError';
import { asJsonObject } from '../json';

/** What an error says about its response. */
export type ResponseHead = Pick<TransportResponse, 'status' | 'headers' | 'redact' | 'hasProject'>;

/** The response ended before the answer did. */
export function incompleteAnswer(what: string, { headers }: ResponseHead): InferenceError {
	return new InferenceError(`${what} ended before it was complete`, {
		kind: 'incompleteAnswer',
		requestId: requestIdOf(headers),
	});
}

/** The response contains something else than a completion. */
export function invalidAnswer(what: string, { status, headers }: ResponseHead): InferenceError {
	return new InferenceError(`${what} is not a chat completion`, {
		kind: 'invalidAnswer',
		status,
		contentType: headers['content-type'] ?? 'no content type',
		requestId: requestIdOf(headers),
	});
}

/**
 * The error that a body or an event reports although the response has status 200: engines that fail
 * late, and gateways that lose the status. `undefined` if it reports none. `isMarked`: whether the
 * event itself is called an error.
 */
export function reportedError(
	body: JsonObject,
	response: ResponseHead,
	isMarked = false,
): InferenceError | undefined {
	if (!isMarked && !isError(body)) return undefined;
	return statusError({
		...errorBodyOf(body, response.redact),
		status: statusIn(body),
		hasProject: response.hasProject,
		requestId: requestIdOf(response.headers),
	});
}

/** Runs for every token. */
function isError(body: JsonObject): boolean {
	if (body.error) return true;
	if (Array.isArray(body.choices) && body.choices.length > 0) return false;
	const { object, type, detail, message } = body;
	if (object === 'error' || type === 'error' || detail) return true;
	return typeof message === 'string' && numberIn(body) !== undefined;
}

/** The status of an error, from a number in it or the name of its kind. */
function statusIn(body: JsonObject): number {
	const error = asJsonObject(body.error);
	const names = [error.code, error.type, body.error, body.code, body.type];
	return numberIn(error) ?? numberIn(body) ?? names.map(namedStatus).find(Boolean) ?? 500;
}

function numberIn({ code, status, status_code: statusCode }: JsonObject): number | undefined {
	return [code, status, statusCode].map(Number).find((value) => value >= 400 && value <= 599);
}

function namedStatus(name: JsonValue | undefined): number | undefined {
	return typeof name === 'string' ? statusByName.get(name) : undefined;
}

/** The names in OpenAI's and Anthropic's APIs, which gateways pass on inside a stream. */
const statusByName = new Map([
	['invalid_request_error', 400],
	['authentication_error', 401],
	['invalid_api_key', 401],
	['insufficient_quota', 402],
	['permission_error', 403],
	['not_found_error', 404],
	['model_not_found', 404],
	['rate_limit_error', 429],
	['rate_limit_exceeded', 429],
	['overloaded_error', 503],
]);
