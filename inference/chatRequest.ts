import type { JsonObject, JsonValue } from 'n8n-workflow';

export interface ChatMessage extends JsonObject {
	role: string;
}

export type ResponseFormat =
	| { type: 'text' }
	| { type: 'json_object' }
	| { type: 'json_schema'; name: string; schema: JsonObject; strict: boolean };

export interface ToolDefinition {
	name: string;
	description: string;
	parameters: JsonObject;
	strict: boolean;
}

/** Everything that decides the body of a chat completion request. */
export interface ChatRequest {
	model: string;
	messages: ChatMessage[];
	/** Body fields that the user set, under their wire names. */
	fields: JsonObject;
	responseFormat: ResponseFormat;
	tools: ToolDefinition[];
	/** Whether to request server-sent events. */
	stream: boolean;
	/** Merged last, so it replaces body fields with the same name. */
	extraBody: JsonObject;
}

/** The body of `POST /chat/completions`: what the user set and nothing else. */
export function buildChatRequest(request: ChatRequest): JsonObject {
	const { model, messages, fields, responseFormat, tools, stream, extraBody } = request;
	return {
		model,
		messages,
		...fields,
		...(responseFormat.type === 'text'
			? {}
			: { response_format: toResponseFormat(responseFormat) }),
		...(tools.length === 0 ? {} : { tools: tools.map(toTool) }),
		...(stream ? { stream_options: { include_usage: true } } : {}),
		stream,
		...extraBody,
	};
}

/** A model ID as W&B spells it. LiteLLM users prefix it with `wandb/`. */
export function toModelId(model: string): string {
	return model.trim().replace(/^wandb\//, '');
}

function toResponseFormat(format: Exclude<ResponseFormat, { type: 'text' }>): JsonValue {
	if (format.type === 'json_object') return { type: 'json_object' };
	const { name, schema, strict } = format;
	return { type: 'json_schema', json_schema: { name, strict, schema } };
}

function toTool({ name, description, parameters, strict }: ToolDefinition): JsonValue {
	return {
		type: 'function',
		function: {
			name,
			...(description === '' ? {} : { description }),
			parameters,
			...(strict ? { strict } : {}),
		},
	};
}
