import type {
	INodeExecutionData,
	INodeParameters,
	JsonObject,
	NodeExecutionHint,
} from 'n8n-workflow';
import { WandbInferenceChat } from '../../nodes/WandbInferenceChat/WandbInferenceChat.node';
import {
	chatParameters,
	createExecuteContext,
	type NodeRun,
} from '../../tools/engine/createExecuteContext';

export interface NodeRunResult {
	items: INodeExecutionData[];
	hints: NodeExecutionHint[];
}

/** Runs the chat node in n8n-core's own execution context. */
export async function runChatNode(run: NodeRun): Promise<NodeRunResult> {
	const context = createExecuteContext(run);
	const [items = []] = await new WandbInferenceChat().execute.call(context);
	return { items, hints: context.hints };
}

/** The parameters for one user message. */
export const say = (content: string): INodeParameters => ({
	messages: { values: [{ role: 'user', content }] },
});

/** A model that does not reason with the options in `thinkingOff`. */
export const glm: INodeParameters = { model: { __rl: true, mode: 'id', value: 'zai-org/GLM-5.1' } };
export const thinkingOff: INodeParameters = { reasoning: 'disabled' };

/** The JSON output of the chat node for one item. */
export async function readAnswer(
	baseUrl: string,
	parameters: INodeParameters,
): Promise<JsonObject> {
	const { items } = await runChatNode({ baseUrl, parameters: chatParameters(parameters) });
	return items[0]?.json as JsonObject;
}
