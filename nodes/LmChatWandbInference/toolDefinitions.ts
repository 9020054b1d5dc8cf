import { getParametersJsonSchema, type Tool } from '@n8n/ai-node-sdk';
import type { JsonObject, JsonValue } from 'n8n-workflow';
import type { ToolDefinition } from '../../inference/chatRequest';

/** The agent's tools in the API's format. An agent may bind a tool twice; each is sent once. */
export function toToolDefinitions(tools: Tool[]): ToolDefinition[] {
	const definitions = tools.flatMap((tool) =>
		tool.type === 'function' ? [toDefinition(tool)] : [],
	);
	return [...new Map(definitions.map((definition) => [definition.name, definition])).values()];
}

function toDefinition(tool: Extract<Tool, { type: 'function' }>): ToolDefinition {
	const schema = getParametersJsonSchema(tool) as unknown as JsonObject | undefined;
	return {
		name: tool.name,
		description: tool.description ?? '',
		parameters: schema ?? { type: 'object', properties: {} },
		strict: tool.strict ?? false,
	};
}

/** LangChain says 'any' where the API says 'required'. Any other name stands for that tool. */
export function toToolChoice(choice: unknown): JsonObject {
	if (choice === undefined || choice === null) return {};
	if (choice === 'any') return { tool_choice: 'required' };
	if (typeof choice !== 'string' || ['auto', 'none', 'required'].includes(choice)) {
		return { tool_choice: choice as JsonValue };
	}
	return { tool_choice: { type: 'function', function: { name: choice } } };
}
