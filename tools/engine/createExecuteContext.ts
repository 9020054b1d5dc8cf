import { ExecuteContext } from 'n8n-core';
import {
	createRunExecutionData,
	type IExecuteData,
	type INode,
	type INodeExecutionData,
	type INodeParameters,
	type IWorkflowSettings,
} from 'n8n-workflow';
import { WandbInferenceChat } from '../../nodes/WandbInferenceChat/WandbInferenceChat.node.js';
import { createAdditionalData, type EngineOptions } from './createAdditionalData';
import { createWorkflow } from './createWorkflow';

export interface NodeRun extends EngineOptions {
	parameters?: INodeParameters;
	items?: Array<Partial<INodeExecutionData>>;
	onError?: INode['onError'];
	signal?: AbortSignal;
	nodeType?: string;
	/** Tools that are connected to the node, as n8n supplies them. */
	connectedTools?: unknown;
	/** Settings of the workflow. */
	settings?: IWorkflowSettings;
}

/** Minimal valid parameters, with changes. */
export function chatParameters(changes: INodeParameters = {}): INodeParameters {
	return {
		resource: 'chat',
		operation: 'complete',
		model: { __rl: true, mode: 'id', value: 'openai/gpt-oss-20b' },
		messages: { values: [{ role: 'user', content: 'Hello!' }] },
		...changes,
	};
}

/** Creates n8n-core's execution context for one run of the chat node. */
export function createExecuteContext(run: NodeRun): ExecuteContext {
	const node = createNode(run);
	const items = (run.items ?? [{ json: {} }]).map((item) => ({ json: {}, ...item }));
	const workflow = createWorkflow(node, new WandbInferenceChat(), run.settings);
	const executeData: IExecuteData = {
		node,
		data: { main: [items] },
		source: { main: [{ previousNode: 'Start' }] },
	};
	const context = new ExecuteContext(
		workflow,
		node,
		createAdditionalData(run),
		'manual',
		createRunExecutionData({}),
		0,
		items,
		{ main: [items] },
		executeData,
		[],
		run.signal,
	);
	if (run.connectedTools !== undefined) {
		context.getInputConnectionData = async () => run.connectedTools;
	}
	return context;
}

function createNode({ parameters, onError, nodeType }: NodeRun): INode {
	return {
		id: 'node',
		name: 'W&B Inference Chat',
		type: nodeType ?? 'n8n-nodes-wandb-inference.wandbInferenceChat',
		typeVersion: 1,
		position: [0, 0],
		parameters: parameters ?? chatParameters(),
		credentials: { wandbInferenceApi: { id: '1', name: 'W&B' } },
		...(onError ? { onError } : {}),
	};
}
