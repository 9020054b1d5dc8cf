import type { IExecuteFunctions } from 'n8n-workflow';

/** Whether an agent runs the node as its tool: then a model reads the output, not a person. */
export function isAgentTool(context: IExecuteFunctions): boolean {
	return context.isToolExecution?.() || context.getNode().type.endsWith('Tool');
}
