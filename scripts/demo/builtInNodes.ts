import {
	NodeConnectionTypes,
	type IDataObject,
	type INodeExecutionData,
	type INodeType,
	type NodeParameterValueType,
} from 'n8n-workflow';

type Execute = NonNullable<INodeType['execute']>;

/** 'Edit Fields (Set)' with manual mapping: its output has the mapped fields and no others. */
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

const passOn: Execute = async function () {
	return [this.getInputData()];
};

function createStandIn(name: string, execute?: Execute): INodeType {
	const isTrigger = name === 'manualTrigger';
	return {
		description: {
			displayName: name,
			name,
			group: [isTrigger ? 'trigger' : 'transform'],
			version: [1, 2, 3.4],
			description: 'Stands in for the node of this name in n8n-nodes-base',
			defaults: { name },
			inputs: isTrigger ? [] : [NodeConnectionTypes.Main],
			outputs: [NodeConnectionTypes.Main],
			// The engine drops the parameters that a node's description does not name.
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

/**
 * Small stand-ins for the nodes of n8n-nodes-base that the demo's workflow uses, by their type: that
 * package is too big to install for a demo. 'Code' is never run, its output is pinned.
 */
export const builtInNodes: ReadonlyMap<string, INodeType> = new Map([
	['n8n-nodes-base.manualTrigger', createStandIn('manualTrigger', passOn)],
	['n8n-nodes-base.code', createStandIn('code')],
	['n8n-nodes-base.set', createStandIn('set', setFields)],
	['n8n-nodes-base.stickyNote', createStandIn('stickyNote')],
]);
