import { ApiError } from './apiError';
import { isJsonObject } from './jsonObject';
import type { JsonObject } from './jsonObject';

const roles = ['developer', 'system', 'user', 'assistant', 'tool', 'function'];
const partTypes = ['text', 'image_url', 'input_audio', 'video_url', 'file', 'refusal'];

/** Refuses the request with the parameter's name in front of the reason. */
export function refuse(parameter: string, reason: string): never {
	throw new ApiError(400, `Invalid value for '${parameter}': ${reason}`);
}

function checkPart(part: unknown, path: string): void {
	if (!isJsonObject(part)) refuse(path, 'a content part must be an object.');
	if (typeof part.type !== 'string' || !partTypes.includes(part.type)) {
		refuse(`${path}.type`, `must be one of ${partTypes.join(', ')}.`);
	}
	if (part.type === 'text' && typeof part.text !== 'string') {
		refuse(`${path}.text`, 'must be a string.');
	}
	if (part.type === 'image_url') checkImage(part.image_url, `${path}.image_url`);
}

function checkImage(image: unknown, path: string): void {
	const url = isJsonObject(image) ? image.url : undefined;
	if (typeof url !== 'string') refuse(`${path}.url`, 'must be a string.');
	if (!/^(https?:\/\/|data:image\/[\w.+-]+;base64,)/i.test(url)) {
		refuse(`${path}.url`, 'must be an http(s) URL or a base64 data URL of an image.');
	}
}

function checkToolCalls(toolCalls: unknown, path: string): void {
	if (!Array.isArray(toolCalls)) refuse(path, 'must be an array.');
	toolCalls.forEach((call: unknown, index) => {
		const called = isJsonObject(call) ? call.function : undefined;
		if (!isJsonObject(call) || typeof call.id !== 'string' || call.type !== 'function') {
			refuse(`${path}[${index}]`, "needs a string 'id' and the type 'function'.");
		}
		if (!isJsonObject(called) || typeof called.name !== 'string') {
			refuse(`${path}[${index}].function.name`, 'must be a string.');
		}
		if (typeof called.arguments !== 'string') {
			refuse(`${path}[${index}].function.arguments`, 'must be a string of JSON.');
		}
	});
}

function checkContent(message: JsonObject, path: string): void {
	const { content } = message;
	const callsInstead = message.tool_calls != null || message.function_call != null;
	if (content == null) {
		if (message.role === 'assistant' && callsInstead) return;
		refuse(`${path}.content`, `is required in a message of the role '${String(message.role)}'.`);
	}
	if (typeof content === 'string') return;
	if (!Array.isArray(content)) refuse(`${path}.content`, 'must be a string or an array of parts.');
	if (content.length === 0) refuse(`${path}.content`, 'must have at least one part.');
	content.forEach((part, index) => checkPart(part, `${path}.content[${index}]`));
}

function checkMessage(message: unknown, path: string): void {
	if (!isJsonObject(message)) refuse(path, 'must be an object.');
	if (typeof message.role !== 'string' || !roles.includes(message.role)) {
		refuse(`${path}.role`, `must be one of ${roles.join(', ')}.`);
	}
	checkContent(message, path);
	if (message.role === 'tool' && typeof message.tool_call_id !== 'string') {
		refuse(`${path}.tool_call_id`, "is required in a message of the role 'tool'.");
	}
	if (message.role === 'function' && typeof message.name !== 'string') {
		refuse(`${path}.name`, "is required in a message of the role 'function'.");
	}
	if (message.role === 'assistant' && message.tool_calls != null) {
		checkToolCalls(message.tool_calls, `${path}.tool_calls`);
	}
}

/** A tool's answer must belong to a call that an earlier assistant message made. */
function checkToolAnswers(messages: JsonObject[]): void {
	const called = new Set<unknown>();
	messages.forEach((message, index) => {
		if (Array.isArray(message.tool_calls)) {
			for (const call of message.tool_calls) if (isJsonObject(call)) called.add(call.id);
		}
		if (message.role === 'tool' && !called.has(message.tool_call_id)) {
			refuse(
				`messages[${index}].tool_call_id`,
				'no earlier assistant message has a tool call with this id.',
			);
		}
	});
}

/** Throws an `ApiError` that names the place when the messages are not what a chat engine takes. */
export function validateMessages(messages: unknown): void {
	if (!Array.isArray(messages)) refuse('messages', 'must be an array.');
	if (messages.length === 0) refuse('messages', 'must have at least one message.');
	messages.forEach((message, index) => checkMessage(message, `messages[${index}]`));
	checkToolAnswers(messages.filter(isJsonObject));
}
