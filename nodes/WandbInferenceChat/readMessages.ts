import type { IDataObject, IExecuteFunctions, JsonValue } from 'n8n-workflow';
import type { ChatMessage } from '../../inference/chatRequest';
import type { ChatRequestSource } from '../../inference/completeChat';
import { ParameterError } from '../shared/ParameterError';
import { isUnset, readJsonArray, readText } from '../shared/readValue';
import { ready, together, type Lazy } from './Lazy';
import { readImages } from './readImages';

/**
 * The conversation of one item, from its fields or from JSON, in the API's format. Throws a
 * `ParameterError` for invalid fields; the images are only read when the messages are.
 */
export function readMessages(
	context: IExecuteFunctions,
	itemIndex: number,
): Pick<ChatRequestSource, 'readMessages' | 'loadLength'> {
	if (context.getNodeParameter('specifyMessages', itemIndex, 'fields') === 'json') {
		const messages = readMessagesJson(context.getNodeParameter('messagesJson', itemIndex, ''));
		return { readMessages: async () => messages, loadLength: 0 };
	}
	const rows = context.getNodeParameter('messages.values', itemIndex, []) as IDataObject[];
	if (rows.length === 0) {
		throw new ParameterError(
			"'Messages' is empty",
			"Add at least one message with the role 'User'.",
		);
	}
	const messages = rows.map((row, index) => readMessage(context, itemIndex, row, index + 1));
	const { load, length } = together(messages);
	return { readMessages: load, loadLength: length };
}

const roles = ['system', 'developer', 'user', 'assistant', 'tool', 'function'];

function readMessagesJson(value: unknown): ChatMessage[] {
	const field = 'Messages (JSON)';
	const messages = readJsonArray(value, field) ?? [];
	if (messages.length === 0) {
		throw new ParameterError(
			`'${field}' is empty`,
			'Enter an array with at least one message, e.g. [{"role": "user", "content": "Hello!"}].',
		);
	}
	return messages.map((message, index) => {
		if (isMessage(message)) return message;
		throw new ParameterError(
			`Message ${index + 1} in '${field}' is not a valid message`,
			`Each message is an object with a 'role' (${roles.join(', ')}) and 'content'.`,
		);
	});
}

function isMessage(value: JsonValue): value is ChatMessage {
	if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
	return typeof value.role === 'string' && roles.includes(value.role);
}

function readMessage(
	context: IExecuteFunctions,
	itemIndex: number,
	row: IDataObject,
	position: number,
): Lazy<ChatMessage> {
	const role = readText(row.role) ?? 'user';
	const content = row.content;
	if (isUnset(content)) {
		throw new ParameterError(
			`'Content' of message ${position} has no value`,
			'The expression found nothing. Check the field name against the input data of this node.',
		);
	}
	const text = readText(content) ?? '';
	const message = { role, content: text };
	if (role === 'tool') {
		const result = { ...message, tool_call_id: readToolCallId(row, position) };
		return ready<ChatMessage>(result);
	}
	if (role !== 'user') return ready<ChatMessage>(message);

	const images = readImages(context, itemIndex, row, position);
	if (images.length > 0) {
		const texts = text === '' ? [] : [{ type: 'text', text }];
		const { load, length } = together(images);
		return { load: async () => ({ role, content: [...texts, ...(await load())] }), length };
	}
	if (text.trim() === '') {
		throw new ParameterError(
			`'Content' of message ${position} is empty`,
			'Enter a text, or add an image.',
		);
	}
	return ready<ChatMessage>(message);
}

function readToolCallId(row: IDataObject, position: number): string {
	const id = readText(row.toolCallId) ?? '';
	if (id === '') {
		throw new ParameterError(
			`'Tool Call ID' of message ${position} is empty`,
			"Use the 'id' from the 'toolCalls' of the answer that called this tool.",
		);
	}
	return id;
}
