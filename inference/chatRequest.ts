import type { JsonObject, JsonValue } from 'n8n-workflow';
import { asJsonObject, isJsonObject } from './json';

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
	/** Merged last: it replaces body fields with the same name, or adds to those with settings. */
	extraBody: JsonObject;
}

/** The body of `POST /chat/completions`: what the user set and nothing else. */
export function buildChatRequest(request: ChatRequest): JsonObject {
	const { model, messages, fields, responseFormat, tools, extraBody } = request;
	const { stream } = { stream: request.stream, ...extraBody };
	const body: JsonObject = {
		model,
		messages,
		...fields,
		...(responseFormat.type === 'text'
			? {}
			: { response_format: toResponseFormat(responseFormat) }),
		...(tools.length === 0 ? {} : { tools: tools.map(toTool) }),
		...(stream === true ? { stream_options: { include_usage: true } } : {}),
		stream: request.stream,
	};
	const merged = mergeBodies(body, extraBody);
	// Services reject options of a stream that is not requested.
	if (stream === false) delete merged.stream_options;
	// They also reject the default choice of a tool or function if there is none to choose from.
	if (merged.tools === undefined && merged.tool_choice === 'auto') delete merged.tool_choice;
	if (merged.functions === undefined && merged.function_call === 'auto')
		delete merged.function_call;
	return merged;
}

/** Fields with settings, of which the extra body only replaces those that it names. */
const settings = ['chat_template_kwargs', 'stream_options'];

function mergeBodies(body: JsonObject, extraBody: JsonObject): JsonObject {
	const merged: JsonObject = { ...body, ...extraBody };
	for (const name of settings) {
		const [own, extra] = [body[name], extraBody[name]];
		if (isJsonObject(own) && isJsonObject(extra)) merged[name] = { ...own, ...extra };
	}
	return merged;
}

/** The format that the body asks for, which the extra body may replace. */
export function effectiveFormat({
	responseFormat,
	extraBody,
}: Pick<ChatRequest, 'responseFormat' | 'extraBody'>): ResponseFormat {
	const format = extraBody.response_format;
	if (format === undefined) return responseFormat;
	const { type, json_schema: wrapper } = asJsonObject(format);
	if (type === 'json_object') return { type };
	if (type !== 'json_schema') return { type: 'text' };
	const { name, schema, strict } = asJsonObject(wrapper);
	return {
		type,
		name: typeof name === 'string' ? name : '',
		schema: asJsonObject(schema),
		strict: strict === true,
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
