import type { INodeExecutionData, INodeParameters, IDataObject, JsonObject } from 'n8n-workflow';
import { chatParameters, type NodeRun } from '../../tools/engine/createExecuteContext';
import type { Simulator } from '../../tools/simulator/simulator';
import { runChatNode, say } from './chatNode';

type Work = (args: JsonObject, config?: { signal?: AbortSignal }) => Promise<unknown>;

export interface FakeTool {
	name: string;
	description: string;
	schema: JsonObject;
	invoke: Work;
}

/** A tool as n8n supplies it to the node. */
export function toolOf(name: string, invoke: Work): FakeTool {
	const schema = { type: 'object', properties: { city: { type: 'string' } } };
	return { name, description: `Runs ${name}`, schema, invoke };
}

/** Runs the chat node with these tools and one user message. */
export async function runWithTools(
	simulator: Simulator,
	content: string,
	connectedTools: unknown,
	changes: INodeParameters = {},
	more: Partial<NodeRun> = {},
): Promise<{ json: IDataObject; all: INodeExecutionData[] }> {
	const { items } = await runChatNode({
		baseUrl: simulator.baseUrl,
		parameters: chatParameters({ ...say(content), ...changes }),
		connectedTools,
		...more,
	});
	return { json: items[0]?.json ?? {}, all: items };
}
