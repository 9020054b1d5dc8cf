import type { IDataObject, IExecuteFunctions, JsonObject, JsonValue } from 'n8n-workflow';
import type { ChatMessage } from '../../inference/chatRequest';
import { ParameterError } from '../shared/ParameterError';
import { isUnset, readJsonArray, readText } from '../shared/readValue';

/** The conversation of one item, from its fields or from JSON, in the API's format. */
export async function readMessages(
	context: IExecuteFunctions,
	itemIndex: number,
): Promise<ChatMessage[]> {
	if (context.getNodeParameter('specifyMessages', itemIndex, 'fields') === 'json') {
		return readMessagesJson(context.getNodeParameter('messagesJson', itemIndex, ''));
	}
	const rows = context.getNodeParameter('messages.values', itemIndex, []) as IDataObject[];
	if (rows.length === 0) {
		throw new ParameterError(
			"'Messages' is empty",
			"Add at least one message with the role 'User'.",
		);
	}
	const messages: ChatMessage[] = [];
	for (const [index, row] of rows.entries()) {
		messages.push(await readMessage(context, itemIndex, row, index + 1));
	}
	return messages;
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

async function readMessage(
	context: IExecuteFunctions,
	itemIndex: number,
	row: IDataObject,
	position: number,
): Promise<ChatMessage> {
	const role = readText(row.role) ?? 'user';
	const content = row.content;
	if (isUnset(content)) {
		throw new ParameterError(
			`'Content' of message ${position} has no value`,
			'The expression found nothing. Check the field name against the input data of this node.',
		);
	}
	const text = readText(content) ?? '';
	if (role === 'tool') return { role, content: text, tool_call_id: readToolCallId(row, position) };
	if (role !== 'user') return { role, content: text };

	const images = await readImages(context, itemIndex, row, position);
	if (images.length > 0) {
		return { role, content: [...(text === '' ? [] : [{ type: 'text', text }]), ...images] };
	}
	if (text.trim() === '') {
		throw new ParameterError(
			`'Content' of message ${position} is empty`,
			'Enter a text, or add an image.',
		);
	}
	return { role, content: text };
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

async function readImages(
	context: IExecuteFunctions,
	itemIndex: number,
	row: IDataObject,
	position: number,
): Promise<JsonObject[]> {
	switch (row.imageSource) {
		case 'url':
			return [imagePart(readImageUrl(row, position))];
		case 'binary': {
			const names = (readText(row.binaryPropertyName) ?? '').split(',').map((name) => name.trim());
			return await Promise.all(
				names.map(async (name) => imagePart(await readDataUrl(context, itemIndex, name, position))),
			);
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

async function readDataUrl(
	context: IExecuteFunctions,
	itemIndex: number,
	name: string,
	position: number,
): Promise<string> {
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
	const content = await context.helpers.getBinaryDataBuffer(itemIndex, name);
	return `data:${file.mimeType};base64,${content.toString('base64')}`;
}
