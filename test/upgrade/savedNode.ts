import {
	NodeHelpers,
	type INode,
	type INodeExecutionData,
	type INodeParameters,
	type INodeProperties,
	type INodeTypeDescription,
	type NodeParameterValueType,
} from 'n8n-workflow';

/** A node of a workflow, the input it gets, and how it is used. */
export interface SavedNode {
	name: string;
	type: 'wandbInferenceChat' | 'wandbInferenceChatTool' | 'lmChatWandbInference';
	parameters: INodeParameters;
	/** The parameter that the node is about, so that versions without it do not save the node. */
	needs?: string;
	onError?: INode['onError'];
	/** For the chat node; one empty item by default. */
	items?: Array<Partial<INodeExecutionData>>;
	/** For the chat model: what an agent asks, and with which tools. */
	prompt?: string;
	tools?: object[];
}

/** What n8n's editor writes into the workflow: only values of fields that are displayed, no defaults. */
export function asSaved(
	parameters: INodeParameters,
	description: INodeTypeDescription,
): INodeParameters {
	const known = onlyKnown(parameters, description.properties);
	const node = { typeVersion: 1 };
	return (
		NodeHelpers.getNodeParameters(description.properties, known, false, false, node, description) ??
		{}
	);
}

/** n8n keeps unknown options of collections, so options of later versions are dropped here. */
function onlyKnown(parameters: INodeParameters, properties: INodeProperties[]): INodeParameters {
	const entries = Object.entries(parameters).map(([name, value]) => {
		const property = properties.find((candidate) => candidate.name === name);
		if (property?.type !== 'collection') return [name, value];
		const names = new Set((property.options ?? []).map((option) => option.name));
		const options = Object.entries(value as INodeParameters).filter(([option]) =>
			names.has(option),
		);
		return [name, Object.fromEntries(options)];
	});
	return Object.fromEntries(entries) as INodeParameters;
}

/** The parameters and options that none of the nodes sets to something else than its default. */
export function unsetParameters(
	description: INodeTypeDescription,
	saved: INodeParameters[],
): string[] {
	const values = saved.map((parameters) => parameters as NodeParameterValueType);
	return unsetIn(description.properties, values, '');
}

function unsetIn(
	properties: INodeProperties[],
	values: NodeParameterValueType[],
	path: string,
): string[] {
	return properties
		.filter(({ type }) => type !== 'notice' && type !== 'hidden')
		.flatMap((property) => unsetInProperty(property, valuesOf(values, property.name), path));
}

function unsetInProperty(
	property: INodeProperties,
	values: NodeParameterValueType[],
	path: string,
): string[] {
	const { name, type, options = [], default: initial } = property;
	if (type === 'collection')
		return unsetIn(options as INodeProperties[], values, `${path}${name}.`);
	if (type === 'fixedCollection') {
		return options.flatMap((group) => {
			const rows = valuesOf(values, group.name).flat() as NodeParameterValueType[];
			const fields = 'values' in group ? group.values : [];
			return unsetIn(fields, rows, `${path}${name}.${group.name}.`);
		});
	}
	// n8n leaves out what has its default, except for an operation that is the only one.
	const onlyValue = options.length === 1 && name === 'operation';
	const isSet = values.some((value) => JSON.stringify(value) !== JSON.stringify(initial));
	return isSet || onlyValue ? [] : [`${path}${name}`];
}

function valuesOf(objects: NodeParameterValueType[], name: string): NodeParameterValueType[] {
	return objects
		.map((object) => (object as INodeParameters | undefined)?.[name])
		.filter((value) => value !== undefined);
}
