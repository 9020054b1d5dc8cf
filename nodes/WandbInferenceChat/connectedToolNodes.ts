import { NodeConnectionTypes, type IExecuteFunctions, type NodeTypeAndVersion } from 'n8n-workflow';

/** The enabled nodes at the tool input, which may each supply several tools. */
export function connectedToolNodes(context: IExecuteFunctions): NodeTypeAndVersion[] {
	return context
		.getParentNodes(context.getNode().name, {
			connectionType: NodeConnectionTypes.AiTool,
			depth: 1,
			includeNodeParameters: true,
		})
		.filter(({ disabled }) => !disabled);
}
