import type { SavedCredential, WorkflowFile, WorkflowNode } from '../tools/n8n/workflowFile';
import { numberedItems } from './benchContext';

/** Name of the measured node in every workflow. */
export const measuredNodeName = 'Measured';

/** A node before it has a name and a position. */
export type MeasuredNode = Omit<WorkflowNode, 'name'> & { type: string };

/** A sub-node of the measured node. */
export interface SubNode {
	as: 'ai_languageModel' | 'ai_tool';
	node: WorkflowNode;
}

export const trigger = {
	id: 'trigger',
	name: 'Items',
	type: 'n8n-nodes-base.manualTrigger',
	typeVersion: 1,
	position: [0, 0],
	parameters: {},
};

/** Creates a workflow with a trigger that returns numbered items, followed by the measured node. */
export function createBenchWorkflow(
	name: string,
	itemCount: number,
	credential: SavedCredential,
	node: MeasuredNode,
	subNodes: SubNode[] = [],
): WorkflowFile {
	const credentials = { [credential.type]: { id: credential.id, name: credential.name } };
	const measured: WorkflowNode = {
		id: 'measured',
		name: measuredNodeName,
		position: [220, 0],
		credentials,
		...node,
	};
	const attached = subNodes.map(({ as, node: subNode }, column) => ({
		id: `sub-node-${column}`,
		position: [220 + column * 140, 220],
		...subNode,
		...(as === 'ai_languageModel' ? { credentials } : {}),
	}));
	return {
		name,
		nodes: [trigger, measured, ...attached],
		connections: {
			[trigger.name]: { main: [[{ node: measuredNodeName, type: 'main', index: 0 }]] },
			...Object.fromEntries(
				subNodes.map(({ as, node: subNode }) => [
					subNode.name,
					{ [as]: [[{ node: measuredNodeName, type: as, index: 0 }]] },
				]),
			),
		},
		pinData: { [trigger.name]: numberedItems(itemCount).map((json) => ({ json })) },
	};
}
