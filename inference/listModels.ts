import type { JsonObject } from 'n8n-workflow';
import { readErrorResponse, readText, requestIdOf } from './http/responseBody';
import { InferenceError } from './InferenceError';
import { asJsonObject, isJsonObject, parseJson } from './json';
import type { InferenceClient } from './openClient';

/** A model as `GET /models` describes it; there may be more fields. */
export interface ModelDescription extends JsonObject {
	id: string;
}

const timeoutMs = 60_000;

/** All models available to the account, as the service lists them. Throws an `InferenceError`. */
export async function listModels(
	{ transport }: InferenceClient,
	signal?: AbortSignal,
): Promise<ModelDescription[]> {
	const response = await transport({ method: 'GET', path: '/models', timeoutMs, signal });
	if (response.status < 200 || response.status > 299) throw await readErrorResponse(response);
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
