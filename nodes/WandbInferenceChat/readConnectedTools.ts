import {
	NodeConnectionTypes,
	NodeOperationError,
	type IExecuteFunctions,
	type JsonObject,
} from 'n8n-workflow';
import { isJsonObject } from '../../inference/json';
import type { ToolDefinition } from '../../inference/chatRequest';
import type { ConnectedTools } from '../../inference/toolRuns';
import { ParameterError } from '../shared/ParameterError';
import { checkToolExpressions } from './checkToolExpressions';
import { connectedToolNodes } from './connectedToolNodes';
import { isAgentTool } from './isAgentTool';
import { readName } from './readName';
import { toolResultText } from './toolResultText';

/** A tool as n8n supplies it: LangChain's, which has no types here, or one that looks like it. */
interface SuppliedTool {
	name: string;
	description?: string;
	schema?: unknown;
	metadata?: object;
	invoke?(input: unknown, config?: { signal?: AbortSignal }): Promise<unknown>;
	call?(input: unknown, config?: { signal?: AbortSignal }): Promise<unknown>;
}

interface SuppliedToolkit {
	tools?: Supplied[];
	getTools?(): Supplied[];
}

type Supplied = SuppliedTool | SuppliedToolkit | Supplied[] | null | undefined;

/**
 * The tools that are connected to the node; `undefined` if there are none. They are opened once for
 * the run, with the values of the first item. n8n's log could not tell the runs of tools apart that
 * were opened for several items, and each of them would be another connection to an MCP server.
 */
export async function readConnectedTools(
	context: IExecuteFunctions,
): Promise<ConnectedTools | undefined> {
	// As a tool, the node has no inputs, and n8n throws if it is asked for one.
	if (isAgentTool(context)) return undefined;
	const supplied = await context
		.getInputConnectionData(NodeConnectionTypes.AiTool, 0)
		.catch((error: Error) => withoutToolInput(context, error));
	const tools = toolsIn(supplied as Supplied);
	if (tools.length === 0) return undefined;
	for (const tool of tools) checkTool(tool, tools);
	checkToolExpressions(connectedToolNodes(context), context.getInputData().length);
	const toSchema = await schemaReader();
	const byName = new Map(tools.map((tool) => [tool.name, tool]));
	return {
		definitions: tools.map((tool) => toDefinition(tool, toSchema)),
		run: async (name, args, signal) => {
			const tool = byName.get(name) as SuppliedTool;
			const config = signal ? { signal } : {};
			const result = await (tool.invoke?.(args, config) ?? tool.call?.(args, config));
			return checkResult(context, toolResultText(result));
		},
	};
}

/** n8n's Code and Workflow tools return their errors in this form. */
const returnedError = /^There was an error: "([\s\S]*)"$/;

function checkResult(context: IExecuteFunctions, text: string): string {
	const message = returnedError.exec(text)?.[1];
	if (message === undefined) return text;
	throw new NodeOperationError(context.getNode(), message);
}

/** Where n8n does not see the tool input, the node works as long as nothing is connected to it. */
function withoutToolInput(context: IExecuteFunctions, error: Error): undefined {
	if (!/does not have input of type/i.test(error.message)) throw error;
	if (connectedToolNodes(context).length === 0) return undefined;
	throw new ParameterError(
		'Tools are connected, but this version of n8n does not make them available to the node',
		'Update n8n, or disconnect the tools.',
	);
}

function toolsIn(supplied: Supplied): SuppliedTool[] {
	if (Array.isArray(supplied)) return supplied.flatMap(toolsIn);
	if (!supplied) return [];
	if ('name' in supplied) return [supplied];
	return toolsIn(supplied.tools ?? supplied.getTools?.());
}

function checkTool(tool: SuppliedTool, tools: SuppliedTool[]): void {
	readName(tool.name, `Name of the connected tool ${tool.name}`);
	if (tools.filter(({ name }) => name === tool.name).length > 1) {
		throw new ParameterError(
			`Several connected tools have the name '${tool.name}'`,
			'Rename all but one of them, so that the model can tell them apart.',
		);
	}
	// n8n's mark of a tool that an approval node guards: only an agent can wait for the answer.
	const metadata = tool.metadata ?? {};
	if ('gatedToolNodeName' in metadata || 'originalSchema' in metadata) {
		throw new ParameterError(
			`The connected tool '${tool.name}' requires an approval, which only an AI Agent can wait for`,
			'Connect the tool without the approval step, or use an AI Agent with the W&B Inference Chat Model.',
		);
	}
	if (typeof (tool.invoke ?? tool.call) !== 'function') {
		throw new ParameterError(
			`The connected tool '${tool.name}' cannot be run by this node`,
			'Use it with an AI Agent, or connect another tool.',
		);
	}
}

type SchemaReader = (tool: SuppliedTool) => unknown;

/** n8n's SDK converts the schemas that are written with zod. Older versions of n8n lack it. */
async function schemaReader(): Promise<SchemaReader> {
	const sdk = await import('@n8n/ai-node-sdk').catch(() => undefined);
	if (!sdk?.getParametersJsonSchema) return ({ schema }) => schema;
	return ({ name, schema }) =>
		sdk.getParametersJsonSchema({ type: 'function', name, inputSchema: schema as JsonObject });
}

function toDefinition(tool: SuppliedTool, toSchema: SchemaReader): ToolDefinition {
	const { name, description } = tool;
	const schema = tool.schema === undefined ? undefined : toSchema(tool);
	if (schema !== undefined && (!isJsonObject(schema) || isZod(schema))) {
		throw new ParameterError(
			`The parameters of the connected tool '${name}' cannot be read`,
			'Update n8n to 2.35.3 or later. In this version, only tools whose parameters are a JSON Schema can be connected.',
		);
	}
	const parameters = schema ?? { type: 'object', properties: {} };
	return { name, description: description ?? '', parameters, strict: false };
}

function isZod(schema: JsonObject): boolean {
	return '_def' in schema || '_zod' in schema;
}
