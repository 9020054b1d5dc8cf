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
	/** Body fields that the person set, already under their wire names. */
	fields: JsonObject;
	responseFormat: ResponseFormat;
	tools: ToolDefinition[];
	/** Asks for the answer as server-sent events. */
	stream: boolean;
	/** Merged last: replaces body fields of the same name. */
	extraBody: JsonObject;
}

/** The body of `POST /chat/completions`: what the person set and nothing else. */
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

/** A model id as W&B spells it: LiteLLM users write a `wandb/` in front. */
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
