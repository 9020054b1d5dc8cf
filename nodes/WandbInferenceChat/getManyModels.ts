import type { IDataObject, IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import { readConnection } from '../../inference/http/connection';
import { listModels } from '../../inference/listModels';
import { createTransport } from '../../inference/http/transport';
import { toNodeError } from '../shared/nodeError';
import { readInteger } from '../shared/readValue';
import { isAgentTool } from './isAgentTool';
import { toErrorItem } from './toItem';

/**
 * One item for each model that the service lists. The list is the same for every input item, so it
 * is asked for once and paired with the first.
 */
export async function getManyModels(context: IExecuteFunctions): Promise<INodeExecutionData[]> {
	try {
		const { baseUrl } = await readConnection(context);
		const transport = createTransport(context, baseUrl);
		const models = await listModels(transport, context.getExecutionCancelSignal());
		const returnAll = context.getNodeParameter('returnAll', 0, false) === true;
		const limit = readInteger(context.getNodeParameter('limit', 0, 50), 'Limit') ?? 50;
		return models
			.slice(0, returnAll ? undefined : limit)
			.map((model) => (isAgentTool(context) ? { id: model.id } : model))
			.map((model) => ({ json: model as IDataObject, pairedItem: { item: 0 } }));
	} catch (error) {
		if (context.continueOnFail()) return [toErrorItem(error, 0)];
		throw toNodeError(context.getNode(), error, { itemIndex: 0, itemCount: 1 });
	}
}
