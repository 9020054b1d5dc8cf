import type { IExecuteFunctions } from 'n8n-workflow';

/** Whether an agent runs the node as its tool, so that a model reads the output, not a user. */
export function isAgentTool(context: IExecuteFunctions): boolean {
	return context.isToolExecution?.() || context.getNode().type.endsWith('Tool');
}
