import type { IDataObject, IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import { listModels } from '../../inference/listModels';
import { openClient } from '../../inference/openClient';
import { toErrorItem, toNodeError } from '../shared/nodeError';
import { readBoolean, readInteger } from '../shared/readValue';
import { isAgentTool } from './isAgentTool';

/**
 * One item for each model that the service lists. The list is the same for every input item, so it
 * is requested once and paired with the first.
 */
export async function getManyModels(context: IExecuteFunctions): Promise<INodeExecutionData[]> {
	try {
		const limit = readLimit(context);
		const models = await listModels(await openClient(context), context.getExecutionCancelSignal());
		return models
			.slice(0, limit)
			.map((model) => (isAgentTool(context) ? { id: model.id } : model))
			.map((model) => ({ json: model as IDataObject, pairedItem: { item: 0 } }));
	} catch (error) {
		if (context.continueOnFail()) return [toErrorItem(error, 0)];
		throw toNodeError(context.getNode(), error, { node: 'chat', itemIndex: 0, itemCount: 1 });
	}
}

function readLimit(context: IExecuteFunctions): number {
	const returnAll = readBoolean(context.getNodeParameter('returnAll', 0, false), 'Return All');
	if (returnAll) return Infinity;
	return readInteger(context.getNodeParameter('limit', 0, 50), 'Limit', 1) ?? 50;
}
