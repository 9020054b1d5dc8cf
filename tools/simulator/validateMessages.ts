import { ApiError } from './apiError';
import { isJsonObject, type JsonObject } from './jsonObject';

const roles = ['developer', 'system', 'user', 'assistant', 'tool', 'function'];
const partTypes = ['text', 'image_url', 'input_audio', 'video_url', 'file', 'refusal'];

export function reject(parameter: string, reason: string): never {
	throw new ApiError(400, `Invalid value for '${parameter}': ${reason}`);
}

/** Throws an `ApiError` 400 that names the invalid field. */
export function validateMessages(messages: unknown): void {
	if (!Array.isArray(messages)) reject('messages', 'must be an array.');
	if (messages.length === 0) reject('messages', 'must contain at least one message.');
	messages.forEach((message, index) => checkMessage(message, `messages[${index}]`));
	checkToolResults(messages.filter(isJsonObject));
}

function checkMessage(message: unknown, path: string): void {
	if (!isJsonObject(message)) reject(path, 'must be an object.');
	if (typeof message.role !== 'string' || !roles.includes(message.role)) {
		reject(`${path}.role`, `must be one of ${roles.join(', ')}.`);
	}
	checkContent(message, path);
	if (message.role === 'tool' && typeof message.tool_call_id !== 'string') {
		reject(`${path}.tool_call_id`, "is required for messages with the role 'tool'.");
	}
	if (message.role === 'function' && typeof message.name !== 'string') {
		reject(`${path}.name`, "is required for messages with the role 'function'.");
	}
	if (message.role === 'assistant' && message.tool_calls != null) {
		checkToolCalls(message.tool_calls, `${path}.tool_calls`);
	}
}

function checkContent(message: JsonObject, path: string): void {
	const { content } = message;
	const hasCalls = message.tool_calls != null || message.function_call != null;
	if (content == null) {
		if (message.role === 'assistant' && hasCalls) return;
		reject(`${path}.content`, `is required for messages with the role '${String(message.role)}'.`);
	}
	if (typeof content === 'string') return;
	if (!Array.isArray(content)) reject(`${path}.content`, 'must be a string or an array of parts.');
	if (content.length === 0) reject(`${path}.content`, 'must contain at least one part.');
	content.forEach((part, index) => checkPart(part, `${path}.content[${index}]`));
}

function checkPart(part: unknown, path: string): void {
	if (!isJsonObject(part)) reject(path, 'must be an object.');
	if (typeof part.type !== 'string' || !partTypes.includes(part.type)) {
		reject(`${path}.type`, `must be one of ${partTypes.join(', ')}.`);
	}
	if (part.type === 'text' && typeof part.text !== 'string') {
		reject(`${path}.text`, 'must be a string.');
	}
	if (part.type === 'image_url') checkImage(part.image_url, `${path}.image_url`);
}

function checkImage(image: unknown, path: string): void {
	const url = isJsonObject(image) ? image.url : undefined;
	if (typeof url !== 'string') reject(`${path}.url`, 'must be a string.');
	if (!/^(https?:\/\/|data:image\/[\w.+-]+;base64,)/i.test(url)) {
		reject(`${path}.url`, 'must be an http(s) URL or a base64 data URL of an image.');
	}
}

function checkToolCalls(toolCalls: unknown, path: string): void {
	if (!Array.isArray(toolCalls)) reject(path, 'must be an array.');
	toolCalls.forEach((call: unknown, index) => {
		const definition = isJsonObject(call) ? call.function : undefined;
		if (!isJsonObject(call) || typeof call.id !== 'string' || call.type !== 'function') {
			reject(`${path}[${index}]`, "must have a string 'id' and the type 'function'.");
		}
		if (!isJsonObject(definition) || typeof definition.name !== 'string') {
			reject(`${path}[${index}].function.name`, 'must be a string.');
		}
		if (typeof definition.arguments !== 'string') {
			reject(`${path}[${index}].function.arguments`, 'must be a JSON string.');
		}
	});
}

/** Every tool result must belong to a tool call in an earlier assistant message. */
function checkToolResults(messages: JsonObject[]): void {
	const callIds = new Set<unknown>();
	messages.forEach((message, index) => {
		if (Array.isArray(message.tool_calls)) {
			for (const call of message.tool_calls) if (isJsonObject(call)) callIds.add(call.id);
		}
		if (message.role === 'tool' && !callIds.has(message.tool_call_id)) {
			reject(
				`messages[${index}].tool_call_id`,
				'there is no tool call with this ID in an earlier assistant message.',
			);
		}
	});
}
