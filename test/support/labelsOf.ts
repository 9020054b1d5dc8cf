import type { INodeProperties, INodePropertyCollection, INodePropertyOptions } from 'n8n-workflow';

type Property = INodeProperties | INodePropertyCollection | INodePropertyOptions;

/** The labels of these properties and of everything nested in them, as the editor shows them. */
export function labelsOf(properties: Property[]): string[] {
	return properties.flatMap((property) => [
		'displayName' in property ? property.displayName : property.name,
		...('modes' in property ? (property.modes ?? []).map(({ displayName }) => displayName) : []),
		...('options' in property ? labelsOf(property.options ?? []) : []),
		...('values' in property ? labelsOf(property.values) : []),
	]);
}
