import { ExecutionLifecycleHooks, WorkflowExecute } from 'n8n-core';
import {
	Workflow,
	type IDataObject,
	type INodeType,
	type INodeTypes,
	type IPinData,
	type IRun,
	type IWorkflowBase,
	type IWorkflowExecuteAdditionalData,
} from 'n8n-workflow';
import { WandbInferenceChat } from '../../nodes/WandbInferenceChat/WandbInferenceChat.node.js';
import { createAdditionalData } from '../../tools/engine/createAdditionalData';
import { builtInNodes } from './builtInNodes';

const nodeTypes: ReadonlyMap<string, INodeType> = new Map([
	...builtInNodes,
	['n8n-nodes-wandb-inference.wandbInferenceChat', new WandbInferenceChat()],
]);

export interface WorkflowRun {
	/** In n8n's export format. */
	workflow: IWorkflowBase;
	/** Output to use instead of running these nodes, as when pinned in the editor. */
	pinData: IPinData;
	/** The credential for all W&B nodes. */
	credential: IDataObject & { baseUrl: string };
	/** Stops the run, like the editor's stop button. */
	signal: AbortSignal;
}

/** Runs a workflow from its manual trigger in n8n's execution engine. */
export async function runWorkflow(run: WorkflowRun): Promise<IRun> {
	const { workflow, pinData, credential, signal } = run;
	const additionalData: IWorkflowExecuteAdditionalData = {
		...createAdditionalData({ baseUrl: credential.baseUrl, credential }),
		hooks: new ExecutionLifecycleHooks('manual', 'demo', workflow),
		currentNodeExecutionIndex: 0,
	};
	const engine = new WorkflowExecute(additionalData, 'manual');
	const execution = engine.run({
		workflow: new Workflow({ ...workflow, id: 'demo', nodeTypes: createNodeTypes() }),
		pinData,
	});
	signal.addEventListener('abort', () => execution.cancel(), { once: true });
	return await execution;
}

function createNodeTypes(): INodeTypes {
	const getByName = (name: string): INodeType => {
		const nodeType = nodeTypes.get(name);
		if (nodeType) return nodeType;
		throw new Error(`The demo does not support nodes of type ${name}.`);
	};
	return { getByName, getByNameAndVersion: getByName, getKnownTypes: () => ({}) };
}
