import { NodeApiError, type ILoadOptionsFunctions, type INodeListSearchResult } from 'n8n-workflow';
import { readConnection } from '../../inference/http/connection';
import { InferenceError } from '../../inference/InferenceError';
import { listModels } from '../../inference/listModels';
import { createTransport } from '../../inference/http/transport';
import { toNodeError } from './nodeError';

/** The live list behind 'From List', narrowed by what the person typed. */
export async function searchModels(
	this: ILoadOptionsFunctions,
	filter = '',
): Promise<INodeListSearchResult> {
	try {
		const { baseUrl } = await readConnection(this);
		const models = await listModels(createTransport(this, baseUrl));
		const words = filter.toLowerCase().split(/\s+/);
		const ids = models.map(({ id }) => id).sort((left, right) => left.localeCompare(right));
		return {
			results: ids
				.filter((id) => words.every((word) => id.toLowerCase().includes(word)))
				.map((id) => ({ name: id, value: id })),
		};
	} catch (error) {
		throw listError.call(this, error);
	}
}

/** The picker shows only the message, so the way out stands there too. */
function listError(this: ILoadOptionsFunctions, error: unknown): Error {
	if (!(error instanceof InferenceError))
		return toNodeError(this.getNode(), error, { itemIndex: 0, itemCount: 1 });
	return new NodeApiError(
		this.getNode(),
		{},
		{
			message: `${error.message}. ${error.advice} You can still enter a model by ID.`,
			httpCode: error.status === undefined ? undefined : String(error.status),
		},
	);
}
