import type { IDataObject, IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import { readConnection } from '../../inference/connection';
import { listModels } from '../../inference/models';
import { createTransport } from '../../inference/transport';
import { toNodeError } from '../nodeError';
import { readInteger } from '../parameterValues';
import { isAgentTool } from './isAgentTool';
import { toErrorItem } from './outputItem';

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
