import type { IDataObject, IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import type { CatalogModel } from '../../inference/catalog/readCatalog';
import { listModels, type ModelDescription } from '../../inference/listModels';
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
		const client = await openClient(context);
		const models = await listModels(client, context.getExecutionCancelSignal());
		const listed = models.slice(0, limit);
		if (isAgentTool(context)) return listed.map(({ id }) => toItem({ id }));
		await client.catalog.load();
		return listed.map((model) => toItem(withFacts(model, client.catalog.known(model.id))));
	} catch (error) {
		if (context.continueOnFail()) return [toErrorItem(error, 0)];
		throw toNodeError(context.getNode(), error, { node: 'chat', itemIndex: 0, itemCount: 1 });
	}
}

function toItem(model: IDataObject): INodeExecutionData {
	return { json: model, pairedItem: { item: 0 } };
}

const factNames = [
	'contextWindow',
	'inputUsdPerMillion',
	'cachedUsdPerMillion',
	'outputUsdPerMillion',
	'features',
	'stage',
	'description',
] as const;

/** The model as the service describes it, with what only the catalog knows. */
function withFacts(model: ModelDescription, known: CatalogModel | undefined): IDataObject {
	const facts = factNames
		.map((name) => [name, known?.[name]] as const)
		.filter(([name, fact]) => fact !== undefined && isMissing(model[name]));
	return { ...(model as IDataObject), ...Object.fromEntries(facts) };
}

function isMissing(value: unknown): boolean {
	return value === undefined || value === null || value === '';
}

function readLimit(context: IExecuteFunctions): number {
	const returnAll = readBoolean(context.getNodeParameter('returnAll', 0, false), 'Return All');
	if (returnAll) return Infinity;
	return readInteger(context.getNodeParameter('limit', 0, 50), 'Limit', 1) ?? 50;
}
