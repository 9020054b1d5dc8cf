import type { Execution, NodeRun } from '../../../tools/n8n/executions';
import type { WorkflowFile, WorkflowNode } from '../../../tools/n8n/workflowFile';
import { chatNode, items, manualTrigger, node, workflowOf } from './workflows';

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

/** The tools of an MCP server. */
export function mcpTools(name: string, endpointUrl: string): WorkflowNode {
	return node(name, '@n8n/n8n-nodes-langchain.mcpClientTool', 1.4, { endpointUrl });
}

/** A tool that runs another workflow with the field `city`. */
export function workflowTool(name: string, workflowId: string): WorkflowNode {
	const city = { id: 'city', displayName: 'city', type: 'string', required: false, display: true };
	return node(name, '@n8n/n8n-nodes-langchain.toolWorkflow', 2.2, {
		description: 'Looks up a city',
		workflowId: { __rl: true, mode: 'id', value: workflowId },
		workflowInputs: {
			mappingMode: 'defineBelow',
			value: { city: "={{ $fromAI('city', 'The city', 'string') }}" },
			schema: [city],
		},
	});
}

/** The workflow that `workflowTool` runs: it starts with the field `city`. */
export function calledWithCity(): WorkflowNode {
	const workflowInputs = { values: [{ name: 'city' }] };
	return node('Called', 'n8n-nodes-base.executeWorkflowTrigger', 1.1, { workflowInputs });
}

/** A step between a tool and an agent in which a person approves each call. */
export function approval(name: string): WorkflowNode {
	return node(name, '@n8n/n8n-nodes-langchain.chatHitlTool', 1.3, { message: 'May it run?' });
}

interface Chat {
	/** The JSON of the items. */
	rows?: Array<Record<string, unknown>>;
	parameters?: Record<string, unknown>;
	/** Fields of the node, such as `onError`. */
	fields?: Record<string, unknown>;
	/** Settings of the workflow. */
	settings?: Record<string, unknown>;
}

/** A workflow in which the node under test answers `content` for each item with these tools. */
export function chatWithTools(
	content: string,
	tools: WorkflowNode[],
	{ rows = [{}], parameters, fields, settings }: Chat = {},
): WorkflowFile {
	const chain = [manualTrigger(), items(rows), chatNode(content, parameters, fields)];
	const attached = tools.map((tool) => ({ node: tool, as: 'ai_tool' as const }));
	const workflow = workflowOf('Tools', chain, { attached });
	return { ...workflow, settings: { ...workflow.settings, ...settings } };
}

/** What n8n's log shows of a tool: its runs, each with the status, the input, and the output. */
export function loggedRuns(
	execution: Execution,
	toolName: string,
): Array<{ status: unknown; input: unknown; output: unknown }> {
	return (execution.runData[toolName] ?? []).map((run) => ({
		status: run.executionStatus,
		input: (run.inputOverride as NodeRun['data'])?.ai_tool?.[0]?.[0]?.json,
		output: run.data?.ai_tool?.[0]?.[0]?.json,
	}));
}
