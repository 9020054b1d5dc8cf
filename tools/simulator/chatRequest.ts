import type { JsonObject } from './jsonObject';

/** A tool call in an assistant message, in a request or in a completion. */
export interface ToolCall {
	id: string;
	type: 'function';
	function: { name: string; arguments: string };
}

export interface ChatMessage {
	role: 'developer' | 'system' | 'user' | 'assistant' | 'tool' | 'function';
	content?: string | JsonObject[] | null;
	name?: string;
	tool_call_id?: string;
	tool_calls?: ToolCall[];
}

/** A function that the model can call, from `tools` or the legacy `functions`. */
export interface FunctionDefinition {
	name: string;
	description?: string;
	parameters?: JsonObject;
}

export type ResponseFormat =
	| { type: 'text' }
	| { type: 'json_object' }
	| { type: 'json_schema'; json_schema: { name: string; schema?: JsonObject } };

/** A chat request that passed `validateChatRequest`. `null` means the same as a missing field. */
export interface ChatRequest {
	model: string;
	messages: ChatMessage[];
	stream?: boolean | null;
	stream_options?: { include_usage?: boolean } | null;
	n?: number | null;
	max_tokens?: number | null;
	max_completion_tokens?: number | null;
	stop?: string | string[] | null;
	logprobs?: boolean | null;
	top_logprobs?: number | null;
	response_format?: ResponseFormat | null;
	tools?: Array<{ type: 'function'; function: FunctionDefinition }> | null;
	tool_choice?: 'none' | 'auto' | 'required' | { function: { name: string } } | null;
	parallel_tool_calls?: boolean | null;
	functions?: FunctionDefinition[] | null;
	function_call?: 'none' | 'auto' | { name: string } | null;
	reasoning_effort?: string | null;
	chat_template_kwargs?: { enable_thinking?: unknown } | null;
	cache_salt?: string | null;
}

/** The text of a message, with its text parts joined. */
export function textOf(message: ChatMessage): string {
	if (!Array.isArray(message.content)) return message.content ?? '';
	return message.content
		.map((part) => (typeof part.text === 'string' ? part.text : ''))
		.filter((text) => text !== '')
		.join('\n');
}

/** The number of images in a message. */
export function countImages(message: ChatMessage): number {
	if (!Array.isArray(message.content)) return 0;
	return message.content.filter((part) => part.type === 'image_url').length;
}

/** The last user message, which the completion answers. */
export function lastUserMessage(request: ChatRequest): ChatMessage | undefined {
	return request.messages.findLast((message) => message.role === 'user');
}
