import type { SavedCredential, WorkflowFile, WorkflowNode } from '../tools/n8n/workflowFile';
import { numberedItems } from './benchContext';

/** Name of the measured node in every workflow. */
export const measuredNodeName = 'Measured';

/** A node before it has a name and a position. */
export type MeasuredNode = Omit<WorkflowNode, 'name'> & { type: string };

/** Creates a workflow with a trigger that returns numbered items, followed by the measured node. */
export function createBenchWorkflow(
	name: string,
	itemCount: number,
	credential: SavedCredential,
	node: MeasuredNode,
): WorkflowFile {
	const trigger = {
		id: 'trigger',
		name: 'Items',
		type: 'n8n-nodes-base.manualTrigger',
		typeVersion: 1,
		position: [0, 0],
		parameters: {},
	};
	const measured: WorkflowNode = {
		id: 'measured',
		name: measuredNodeName,
		position: [220, 0],
		credentials: { [credential.type]: { id: credential.id, name: credential.name } },
		...node,
	};
	return {
		name,
		nodes: [trigger, measured],
		connections: {
			[trigger.name]: { main: [[{ node: measuredNodeName, type: 'main', index: 0 }]] },
		},
		pinData: { [trigger.name]: numberedItems(itemCount).map((json) => ({ json })) },
	};
}
