import {
	Workflow,
	type INode,
	type INodeType,
	type INodeTypes,
	type IWorkflowSettings,
} from 'n8n-workflow';

/** Creates a workflow with a single node. */
export function createWorkflow(
	node: INode,
	type: INodeType,
	settings: IWorkflowSettings = {},
): Workflow {
	const nodeTypes: INodeTypes = {
		getByName: () => type,
		getByNameAndVersion: () => type,
		getKnownTypes: () => ({}),
	};
	return new Workflow({
		id: 'test',
		nodes: [node],
		connections: {},
		active: false,
		nodeTypes,
		settings,
	});
}
