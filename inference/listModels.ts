import type { JsonObject } from 'n8n-workflow';
import { parseJson, readRefusal, readText, requestIdOf } from './http/responseBody';
import { InferenceError } from './InferenceError';
import type { Transport } from './http/transport';

/** A model as `GET /models` describes it; more fields may follow. */
export interface ModelDescription extends JsonObject {
	id: string;
}

const timeoutMs = 60_000;

/** All models that the account may use, as the service lists them. Throws an `InferenceError`. */
export async function listModels(
	transport: Transport,
	signal?: AbortSignal,
): Promise<ModelDescription[]> {
	const response = await transport({ method: 'GET', path: '/models', timeoutMs, signal });
	if (response.status < 200 || response.status > 299) throw await readRefusal(response);
	const body = parseJson(await readText(response.chunks));
	const models = typeof body === 'object' && body !== null ? (body as JsonObject).data : undefined;
	if (!Array.isArray(models)) {
		throw new InferenceError('The answer is not a list of models', {
			kind: 'invalidAnswer',
			advice:
				"Check 'Base URL' in the credential: it must reach an OpenAI-compatible API and normally ends in /v1.",
			status: response.status,
			requestId: requestIdOf(response.headers),
		});
	}
	return models.filter(isModel);
}

function isModel(value: unknown): value is ModelDescription {
	return (
		typeof value === 'object' && value !== null && typeof (value as JsonObject).id === 'string'
	);
}
