import type {
	IBinaryData,
	IDataObject,
	IExecuteFunctions,
	JsonObject,
	JsonValue,
} from 'n8n-workflow';
import type { ChatMessage } from '../../inference/chatRequest';
import type { ChatRequestSource } from '../../inference/completeChat';
import { ParameterError } from '../shared/ParameterError';
import { isUnset, readJsonArray, readText } from '../shared/readValue';

/** Content that is only read from storage while a request is in flight, such as an image. */
interface Lazy<Content> {
	load: () => Promise<Content>;
	/** About how many characters it loads. */
	length: number;
}

function ready<Content>(content: Content): Lazy<Content> {
	return { load: async () => content, length: 0 };
}

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

function together<Content>(parts: Array<Lazy<Content>>): Lazy<Content[]> {
	return {
		load: async () => await Promise.all(parts.map(async ({ load }) => await load())),
		length: parts.reduce((sum, { length }) => sum + length, 0),
	};
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

function readImages(
	context: IExecuteFunctions,
	itemIndex: number,
	row: IDataObject,
	position: number,
): Array<Lazy<JsonObject>> {
	switch (row.imageSource) {
		case 'url':
			return [ready(imagePart(readImageUrl(row, position)))];
		case 'binary': {
			const names = (readText(row.binaryPropertyName) ?? '').split(',').map((name) => name.trim());
			return names.map((name) => readImageFile(context, itemIndex, name, position));
		}
		default:
			return [];
	}
}

function imagePart(url: string): JsonObject {
	return { type: 'image_url', image_url: { url } };
}

/** The URL is sent as text. n8n never fetches it on the model's behalf. */
function readImageUrl(row: IDataObject, position: number): string {
	const url = (readText(row.imageUrl) ?? '').trim();
	if (!/^(https?:\/\/|data:image\/)/i.test(url)) {
		throw new ParameterError(
			`'Image URL' of message ${position} is not a valid web address`,
			'Enter an address that begins with https://, or select binary data for a file.',
		);
	}
	return url;
}

function readImageFile(
	context: IExecuteFunctions,
	itemIndex: number,
	name: string,
	position: number,
): Lazy<JsonObject> {
	const file = context.getInputData()[itemIndex]?.binary?.[name];
	if (!file) {
		throw new ParameterError(
			`The image of message ${position} is missing: the item has no file named '${name}'`,
			"Check 'Input Data Field Name' against the binary input data of this node.",
		);
	}
	if (!file.mimeType.startsWith('image/')) {
		throw new ParameterError(
			`The file '${name}' of message ${position} is not an image (${file.mimeType})`,
			'Use a PNG, JPEG, WebP, or GIF file.',
		);
	}
	const load = async () => {
		const content = await context.helpers.getBinaryDataBuffer(itemIndex, name);
		return imagePart(`data:${file.mimeType};base64,${content.toString('base64')}`);
	};
	return { load, length: base64LengthOf(file) };
}

/** From the data itself or, if it is stored elsewhere, from n8n's description, e.g. '1.2 MB'. */
function base64LengthOf({ data, fileSize = '' }: IBinaryData): number {
	const [, amount, unit = ''] = /^([\d.]+)\s*([kMG]?)i?B/i.exec(fileSize) ?? [];
	const bytesPerUnit = { k: 1e3, m: 1e6, g: 1e9 }[unit.toLowerCase()] ?? 1;
	return Math.max(data.length, (4 / 3) * Number(amount ?? 0) * bytesPerUnit);
}
