import { NodeApiError, type ILoadOptionsFunctions, type INodeListSearchResult } from 'n8n-workflow';
import { InferenceError } from '../../inference/InferenceError';
import { listModels } from '../../inference/listModels';
import { openClient } from '../../inference/openClient';
import { adviceFor } from './advice';
import { toNodeError } from './nodeError';

/** The live list behind 'From List', filtered by what the user typed. */
export async function searchModels(
	this: ILoadOptionsFunctions,
	filter = '',
): Promise<INodeListSearchResult> {
	try {
		const models = await listModels(await openClient(this));
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

/** The model picker shows only the message, so the message includes the advice. */
function listError(this: ILoadOptionsFunctions, error: unknown): Error {
	if (!(error instanceof InferenceError))
		return toNodeError(this.getNode(), error, { node: 'chat', itemIndex: 0, itemCount: 1 });
	return new NodeApiError(
		this.getNode(),
		{},
		{
			message: `${error.message}. ${adviceFor(error, 'chat')} You can still enter a model by ID.`,
			httpCode: error.status === undefined ? undefined : String(error.status),
		},
	);
}
