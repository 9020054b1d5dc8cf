import { Workflow, type INode, type INodeType, type INodeTypes } from 'n8n-workflow';

/** A workflow of one node. */
export function createWorkflow(node: INode, type: INodeType): Workflow {
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
		settings: {},
	});
}
