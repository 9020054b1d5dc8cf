import { ExecuteContext } from 'n8n-core';
import {
	createRunExecutionData,
	type IDataObject,
	type IExecuteData,
	type INode,
	type INodeParameters,
	type StructuredChunk,
} from 'n8n-workflow';
import { WandbInferenceChat } from '../nodes/WandbInferenceChat/WandbInferenceChat.node.js';
import { createAdditionalData } from '../tools/engine/createAdditionalData';
import { chatParameters } from '../tools/engine/createExecuteContext';
import { createWorkflow } from '../tools/engine/createWorkflow';

/** A model of the simulator that answers without thinking. */
export const model = 'deepseek-ai/DeepSeek-V4-Flash';

export interface ContextOptions {
	baseUrl: string;
	items: IDataObject[];
	/** What the user's message says, for the simulator to obey. */
	prompt: string;
	parameters?: INodeParameters;
	/** Given: the execution streams. */
	onChunk?: (chunk: StructuredChunk) => void;
}

/** n8n-core's own execution context, as a running n8n makes it for the chat node. */
export function createContext(options: ContextOptions): ExecuteContext {
	const { baseUrl, onChunk } = options;
	const items = options.items.map((json) => ({ json }));
	const node = createNode(options);
	const executeData: IExecuteData = {
		node,
		data: { main: [items] },
		source: { main: [{ previousNode: 'Start' }] },
	};
	return new ExecuteContext(
		createWorkflow(node, new WandbInferenceChat()),
		node,
		createAdditionalData({ baseUrl, onChunk }),
		'manual',
		createRunExecutionData({}),
		0,
		items,
		{ main: [items] },
		executeData,
		[],
	);
}

/** So many items, each with its number. */
export function numberedItems(count: number): IDataObject[] {
	return Array.from({ length: count }, (_, row) => ({ row }));
}

function createNode({ prompt, parameters }: ContextOptions): INode {
	return {
		id: 'node',
		name: 'W&B Inference Chat',
		type: 'n8n-nodes-wandb-inference.wandbInferenceChat',
		typeVersion: 1,
		position: [0, 0],
		parameters: chatParameters({
			model: { __rl: true, mode: 'id', value: model },
			messages: { values: [{ role: 'user', content: prompt }] },
			...parameters,
		}),
		credentials: { wandbInferenceApi: { id: '1', name: 'W&B' } },
		// A failed item is counted rather than ending the measurement.
		onError: 'continueRegularOutput',
	};
}
