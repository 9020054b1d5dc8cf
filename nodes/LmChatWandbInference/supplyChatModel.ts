import { supplyModel } from '@n8n/ai-node-sdk';
import type { IDataObject, ISupplyDataFunctions } from 'n8n-workflow';
import { openClient } from '../../inference/openClient';
import { readModel } from '../shared/modelField';
import { toNodeError } from '../shared/nodeError';
import { readRequestOptions } from '../shared/requestOptions';
import { readRetryPolicy } from '../shared/readRetryPolicy';
import { completeAdapter } from './patchAdapter';
import { WandbChatModel } from './WandbChatModel';

/** The model that n8n hands to an agent or chain, with the node's parameters of one item. */
export async function supplyChatModel(
	context: ISupplyDataFunctions,
	itemIndex: number,
): Promise<ReturnType<typeof supplyModel>> {
	const explain = (error: unknown) => {
		const nodeError = toNodeError(context.getNode(), error, { itemIndex, itemCount: 1 });
		// Or n8n would show 'Error in sub-node' instead of the message, and lose the advice.
		nodeError.functionality = 'configuration-node';
		return nodeError;
	};
	try {
		const values = context.getNodeParameter('options', itemIndex, {}) as IDataObject;
		const model = new WandbChatModel({
			model: readModel(context.getNodeParameter('model', itemIndex)),
			options: readRequestOptions(values, 'agent'),
			retryPolicy: readRetryPolicy({ maxRetries: values.maxRetries }),
			client: await openClient(context, { mode: 'adaptive', maxConcurrency }),
			maxConcurrency,
			cancelSignal: context.getExecutionCancelSignal(),
			explain,
		});
		const { response } = supplyModel(context, model);
		return { response: completeAdapter(response) };
	} catch (error) {
		throw explain(error);
	}
}

const maxConcurrency = 64;
