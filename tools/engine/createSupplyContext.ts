import { SupplyDataContext } from 'n8n-core';
import {
	createRunExecutionData,
	type IExecuteData,
	type INode,
	type INodeParameters,
	type IRunExecutionData,
} from 'n8n-workflow';
import { LmChatWandbInference } from '../../nodes/LmChatWandbInference/LmChatWandbInference.node';
import { createAdditionalData, type EngineOptions } from './createAdditionalData';
import { createWorkflow } from './createWorkflow';

export interface ModelRun extends EngineOptions {
	options?: INodeParameters;
	model?: string;
	signal?: AbortSignal;
}

export const chatModelNodeName = 'W&B Inference Chat Model';

/** Creates n8n-core's context for the sub-node, as used by an agent or chain. */
export function createSupplyContext(
	run: ModelRun,
	data: IRunExecutionData = createRunExecutionData({}),
): SupplyDataContext {
	const node: INode = {
		id: 'model',
		name: chatModelNodeName,
		type: 'n8n-nodes-wandb-inference.lmChatWandbInference',
		typeVersion: 1,
		position: [0, 0],
		parameters: {
			model: { __rl: true, mode: 'id', value: run.model ?? 'openai/gpt-oss-20b' },
			options: run.options ?? {},
		},
		credentials: { wandbInferenceApi: { id: '1', name: 'W&B' } },
	};
	const items = [{ json: {} }];
	const executeData: IExecuteData = { node, data: { main: [items] }, source: null };
	return new SupplyDataContext(
		createWorkflow(node, new LmChatWandbInference()),
		node,
		createAdditionalData(run),
		'manual',
		data,
		0,
		items,
		{ main: [items] },
		'ai_languageModel',
		executeData,
		[],
		run.signal,
	);
}
