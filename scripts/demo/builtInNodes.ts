import {
	NodeConnectionTypes,
	type IDataObject,
	type INodeExecutionData,
	type INodeType,
	type NodeParameterValueType,
} from 'n8n-workflow';

type Execute = NonNullable<INodeType['execute']>;

/** 'Edit Fields (Set)' with manual mapping. Outputs only the mapped fields. */
const setFields: Execute = async function () {
	const items = this.getInputData().map((_, itemIndex): INodeExecutionData => {
		const rows: NodeParameterValueType | object = this.getNodeParameter(
			'assignments.assignments',
			itemIndex,
			[],
		);
		const fields = (rows as IDataObject[]).map(({ name, value }) => [String(name), value]);
		return { json: Object.fromEntries(fields) as IDataObject, pairedItem: { item: itemIndex } };
	});
	return [items];
};

const passThrough: Execute = async function () {
	return [this.getInputData()];
};

/**
 * Substitutes for the nodes in the demo's workflow, by node type, because n8n-nodes-base is too
 * large to install for a demo. 'Code' never runs, because its output is pinned.
 */
export const builtInNodes: ReadonlyMap<string, INodeType> = new Map([
	['n8n-nodes-base.manualTrigger', createSubstitute('manualTrigger', passThrough)],
	['n8n-nodes-base.code', createSubstitute('code')],
	['n8n-nodes-base.set', createSubstitute('set', setFields)],
	['n8n-nodes-base.stickyNote', createSubstitute('stickyNote')],
]);

function createSubstitute(name: string, execute?: Execute): INodeType {
	const isTrigger = name === 'manualTrigger';
	return {
		description: {
			displayName: name,
			name,
			group: [isTrigger ? 'trigger' : 'transform'],
			version: [1, 2, 3.4],
			description: 'Substitute for the node with this name in n8n-nodes-base',
			defaults: { name },
			inputs: isTrigger ? [] : [NodeConnectionTypes.Main],
			outputs: [NodeConnectionTypes.Main],
			// The engine drops parameters that are not in the node's description.
			properties: [
				{
					displayName: 'Fields to Set',
					name: 'assignments',
					type: 'assignmentCollection',
					default: {},
				},
			],
		},
		execute,
	};
}
