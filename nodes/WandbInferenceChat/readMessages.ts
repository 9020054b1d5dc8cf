import type { IDataObject, IExecuteFunctions, JsonValue } from 'n8n-workflow';
import type { ChatMessage } from '../../inference/chatRequest';
import type { ChatRequestSource } from '../../inference/completeChat';
import { asJsonObject, isJsonObject } from '../../inference/json';
import { ParameterError } from '../shared/ParameterError';
import {
	findChoice,
	isBlank,
	isUnset,
	readChoice,
	readJson,
	readJsonArray,
	readText,
	valuesOf,
	type Choices,
} from '../shared/readValue';
import { ready, together, type Lazy } from './Lazy';
import { readImages } from './readImages';

/** New nodes have a row for the system message, which users may leave empty. */
function isBlankSystemMessage({ role, content }: IDataObject): boolean {
	return role === 'system' && isBlank(content);
}

export interface Conversation extends Pick<ChatRequestSource, 'readMessages' | 'loadLength'> {
	hasImages: boolean;
}

/**
 * The conversation of one item, from its fields or from JSON, in the API's format. Throws a
 * `ParameterError` for invalid fields; the images are only read when the messages are.
 */
export function readMessages(context: IExecuteFunctions, itemIndex: number): Conversation {
	const source = context.getNodeParameter('specifyMessages', itemIndex, 'fields');
	if (readChoice(source, 'Specify Messages', sources, 'fields') === 'json') {
		const messages = readMessagesJson(context.getNodeParameter('messagesJson', itemIndex, ''));
		const hasImages = messages.some(({ content }) => hasImagePart(content));
		return { readMessages: async () => messages, loadLength: 0, hasImages };
	}
	const rows = context.getNodeParameter('messages.values', itemIndex, []) as IDataObject[];
	const messages = rows.flatMap((row, index) => {
		const message = readMessage(context, itemIndex, row, index + 1);
		return isBlankSystemMessage(row) ? [] : [message];
	});
	if (messages.length === 0) {
		throw new ParameterError(
			"'Messages' is empty",
			"Add at least one message with the role 'User'.",
		);
	}
	const { load, length } = together(messages);
	const hasImages = rows.some(({ imageSource }) => !isBlank(imageSource) && imageSource !== 'none');
	return { readMessages: load, loadLength: length, hasImages };
}

function hasImagePart(content: JsonValue | undefined): boolean {
	return Array.isArray(content) && content.some((part) => asJsonObject(part).type === 'image_url');
}

const sources: Choices<'fields' | 'json'> = [
	{ name: 'Using Fields Below', value: 'fields' },
	{ name: 'Using JSON', value: 'json' },
];

/** The API's roles, with the words of LangChain and Gemini for the same. */
const roles = [
	'system',
	'developer',
	'user',
	'assistant',
	'tool',
	'function',
	{ name: 'Human', value: 'user' },
	{ name: 'AI', value: 'assistant' },
	{ name: 'Model', value: 'assistant' },
] as const;

function readMessagesJson(value: unknown): ChatMessage[] {
	const field = 'Messages (JSON)';
	const messages = readList(value, field) ?? [];
	if (messages.length === 0) {
		throw new ParameterError(
			`'${field}' is empty`,
			'Enter an array with at least one message, e.g. [{"role": "user", "content": "Hello!"}].',
		);
	}
	return messages.map((entry, index) => {
		const message = toMessage(entry);
		if (message) return message;
		throw new ParameterError(
			`Message ${index + 1} in '${field}' is not a valid message`,
			`Each message is an object with a 'role' (${valuesOf(roles).join(', ')}) and 'content'.`,
		);
	});
}

/** An array, the array in `{"messages": [...]}`, or an array of the only message. */
function readList(value: unknown, field: string): JsonValue[] | undefined {
	const json = readJson(value, field);
	if (isJsonObject(json)) {
		if (Array.isArray(json.messages)) return json.messages;
		if ('role' in json || 'type' in json) return [json];
	}
	return readJsonArray(Array.isArray(json) ? json : value, field);
}

/** The message with its role in the API's words; LangChain calls the role `type`. */
function toMessage(value: JsonValue): ChatMessage | undefined {
	if (!isJsonObject(value)) return undefined;
	const { type, ...message } = value;
	const role = findChoice(value.role ?? type, roles);
	if (role === undefined) return undefined;
	return isUnset(value.role) ? { ...message, role } : { ...value, role };
}

function readMessage(
	context: IExecuteFunctions,
	itemIndex: number,
	row: IDataObject,
	position: number,
): Lazy<ChatMessage> {
	const role = readChoice(row.role, `Role of message ${position}`, roles, 'user');
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
