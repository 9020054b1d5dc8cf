import type { NodeTypeAndVersion } from 'n8n-workflow';
import { ParameterError } from '../shared/ParameterError';

/** What an expression contains if its value can differ between the items. */
const ofTheItem = /\$(json|binary|data|itemIndex)\b|(\$input|\))\.item\b/;

/**
 * Throws if a tool would use the values of the first item for all: n8n resolves the fields of a tool
 * that is run by a node only once, except for what the model fills in.
 */
export function checkToolExpressions(nodes: NodeTypeAndVersion[], itemCount: number): void {
	const node = nodes.find(({ parameters }) => itemCount > 1 && dependsOnItem(parameters));
	if (!node) return;
	throw new ParameterError(
		`The connected tool '${node.name}' has expressions that depend on the item, but n8n resolves them only for the first of ${itemCount} items`,
		"Let the model fill in what differs with $fromAI, use $input.first() for what doesn't, process one item at a time with Loop Over Items, or use an AI Agent.",
	);
}

function dependsOnItem(value: unknown): boolean {
	if (typeof value === 'string') return value.startsWith('=') && ofTheItem.test(value);
	return typeof value === 'object' && value !== null && Object.values(value).some(dependsOnItem);
}
