import type { WorkflowNode } from '../../../tools/n8n/workflowFile';
import { node } from './workflows';

/** A tool that runs this code with `query`. */
export function codeTool(name: string, jsCode: string): WorkflowNode {
	const description = 'Runs code on a text';
	return node(name, '@n8n/n8n-nodes-langchain.toolCode', 1.3, { description, jsCode });
}

/** A tool that requests this address followed by a path that the model writes. */
export function httpTool(name: string, url: string): WorkflowNode {
	return node(name, 'n8n-nodes-base.httpRequestTool', 4.2, {
		toolDescription: 'Looks up a city',
		url: `=${url}/{{ $fromAI('city', 'The city', 'string') }}`,
		options: {},
	});
}
