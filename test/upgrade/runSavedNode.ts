import type { IDataObject, JsonObject } from 'n8n-workflow';
import { LmChatWandbInference } from '../../nodes/LmChatWandbInference/LmChatWandbInference.node';
import { WandbInferenceChat } from '../../nodes/WandbInferenceChat/WandbInferenceChat.node.js';
import { createExecuteContext } from '../../tools/engine/createExecuteContext';
import { createSupplyContext } from '../../tools/engine/createSupplyContext';
import type { SavedNode } from './savedNode';

interface ModelAnswer {
	text: string;
	tool_calls?: object[];
	usage_metadata?: object;
	response_metadata: object;
}

interface SuppliedModel {
	invoke(prompt: string): Promise<ModelAnswer>;
	bindTools(tools: object[]): SuppliedModel;
}

/**
 * Runs a saved node in n8n's engine and returns its output. The credential's addresses begin with
 * `origin`.
 */
export async function runSavedNode(
	saved: SavedNode,
	origin: string,
	savedCredential: IDataObject,
): Promise<JsonObject[]> {
	const credential = { ...savedCredential };
	if ('weaveUrl' in credential) credential.weaveUrl = origin;
	const run = { baseUrl: `${origin}/v1`, credential };
	const output =
		saved.type === 'lmChatWandbInference'
			? [await askModel(saved, run)]
			: await runItems(saved, run);
	return withoutIds(output);
}

interface Service {
	baseUrl: string;
	credential: IDataObject;
}

async function runItems(saved: SavedNode, service: Service): Promise<object[]> {
	const context = createExecuteContext({
		...service,
		parameters: saved.parameters,
		items: saved.items,
		onError: saved.onError,
		nodeType: `n8n-nodes-wandb-inference.${saved.type}`,
	});
	const [items = []] = await new WandbInferenceChat().execute.call(context);
	return items;
}

async function askModel(saved: SavedNode, service: Service): Promise<object> {
	const { model, options = {} } = saved.parameters as { model: IDataObject; options?: object };
	const context = createSupplyContext({
		...service,
		model: String(model.value),
		options: options as never,
	});
	const { response } = await new LmChatWandbInference().supplyData.call(context, 0);
	const supplied = response as SuppliedModel;
	const bound = saved.tools ? supplied.bindTools(saved.tools) : supplied;
	const { text, tool_calls, usage_metadata, response_metadata } = await bound.invoke(
		String(saved.prompt),
	);
	return { text, tool_calls, usage_metadata, response_metadata };
}

/** As JSON, without the IDs of traces, which are new each time. */
function withoutIds(output: object[]): JsonObject[] {
	const text = JSON.stringify(output).replace(/\/calls\/[\w-]+/g, '/calls/ID');
	return JSON.parse(text) as JsonObject[];
}
