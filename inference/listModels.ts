import type { JsonObject } from 'n8n-workflow';
import { isSuccess, readErrorResponse, readText, requestIdOf } from './http/responseBody';
import { InferenceError } from './InferenceError';
import { asJsonObject, isJsonObject, parseJson } from './json';
import type { InferenceClient } from './openClient';
import { backoffMs, serverBackoff } from './pacing/backoff';
import { isRetried, type RetryCause } from './pacing/retry';

/** A model as `GET /models` describes it; there may be more fields. */
export interface ModelDescription extends JsonObject {
	id: string;
}

const timeoutMs = 60_000;

const maxRetries = 2;
const retryOn: ReadonlySet<RetryCause> = new Set(['429', '500', '502', '503', '504', 'connection']);

/**
 * All models available to the account, as the service lists them. A temporary error is retried
 * twice. Throws an `InferenceError`.
 */
export async function listModels(
	client: Pick<InferenceClient, 'transport' | 'clock'>,
	signal?: AbortSignal,
): Promise<ModelDescription[]> {
	for (let retries = 0; ; retries += 1) {
		try {
			return await requestModels(client, signal);
		} catch (error) {
			const canRetry = error instanceof InferenceError && isRetried(error, retryOn);
			if (!canRetry || retries >= maxRetries) return await Promise.reject(error);
			await client.clock.sleep(backoffMs(retries, client.clock.random(), serverBackoff), signal);
		}
	}
}

async function requestModels(
	{ transport }: Pick<InferenceClient, 'transport'>,
	signal?: AbortSignal,
): Promise<ModelDescription[]> {
	const response = await transport({ method: 'GET', path: '/models', timeoutMs, signal });
	if (!isSuccess(response)) throw await readErrorResponse(response);
	const { data: models } = asJsonObject(parseJson(await readText(response.chunks)));
	if (!Array.isArray(models)) {
		throw new InferenceError('The response is not a list of models', {
			kind: 'invalidAnswer',
			status: response.status,
			requestId: requestIdOf(response.headers),
		});
	}
	return models.filter(isModel);
}

function isModel(value: unknown): value is ModelDescription {
	return isJsonObject(value) && typeof value.id === 'string';
}
