import type { ContentFile, Message, MessageContent } from '@n8n/ai-node-sdk';
import type { JsonObject, JsonValue } from 'n8n-workflow';
import type { ChatMessage } from '../../inference/chatRequest';

/**
 * An agent's conversation in the API's format. The reasoning that the agent sends is left out, because
 * engines reject it or treat it as text.
 */
export function toChatMessages(messages: Message[]): ChatMessage[] {
	return messages.flatMap(toMessages);
}

function toMessages({ role, content }: Message): ChatMessage[] {
	switch (role) {
		case 'system':
			return [{ role, content: textIn(content, '\n') }];
		case 'assistant':
			return [toAssistantMessage(content)];
		case 'tool':
			return content.flatMap((part) =>
				part.type === 'tool-result'
					? [{ role, tool_call_id: part.toolCallId, content: resultText(part.result) }]
					: [],
			);
		case 'user':
			return [toGenericMessage(content) ?? { role, content: toUserContent(content) }];
	}
}

/** A message with a role that the SDK does not know, such as `developer`. */
function toGenericMessage([part]: MessageContent[]): ChatMessage | undefined {
	if (part?.type !== 'provider') return undefined;
	const { role, content } = part.value as JsonObject;
	return typeof role === 'string' ? { role, content: content as JsonValue } : undefined;
}

function toAssistantMessage(content: MessageContent[]): ChatMessage {
	const text = textIn(content, '');
	const calls = content.flatMap((part) =>
		part.type === 'tool-call'
			? [
					{
						id: part.toolCallId ?? '',
						type: 'function',
						function: { name: part.toolName, arguments: part.input },
					},
				]
			: [],
	);
	if (calls.length === 0) return { role: 'assistant', content: text };
	return { role: 'assistant', content: text === '' ? null : text, tool_calls: calls };
}

/** Plain text stays a string, because not every model accepts a list of parts. */
function toUserContent(content: MessageContent[]): string | JsonObject[] {
	const parts = content.flatMap(toPart);
	const texts = parts.filter(({ type }) => type === 'text');
	return texts.length === parts.length ? textIn(content, '\n') : parts;
}

function toPart(part: MessageContent): JsonObject[] {
	if (part.type === 'text') return [{ type: 'text', text: part.text }];
	if (part.type === 'provider') return [part.value as JsonObject];
	if (part.type === 'file') return toFilePart(part);
	return [];
}

/** An image by its URL or as a data URL; any other file in OpenAI's format. */
function toFilePart({ mediaType = '', data, providerMetadata = {} }: ContentFile): JsonObject[] {
	const { url: address, filename } = providerMetadata;
	if (data === undefined && typeof address !== 'string') return [];
	const base64 = typeof data === 'string' ? data : Buffer.from(data ?? []).toString('base64');
	const url = typeof address === 'string' ? address : `data:${mediaType};base64,${base64}`;
	if (mediaType === '' || mediaType.startsWith('image/')) {
		return [{ type: 'image_url', image_url: { url } }];
	}
	const file: JsonObject = { file_data: url };
	if (typeof filename === 'string') file.filename = filename;
	return [{ type: 'file', file }];
}

function textIn(content: MessageContent[], separator: string): string {
	return content.flatMap((part) => (part.type === 'text' ? [part.text] : [])).join(separator);
}

/**
 * The result of a tool as text, the only form that the API accepts. What is not text is named, so
 * that the model knows of it, instead of sent as thousands of tokens of base64.
 */
function resultText(result: unknown): string {
	if (typeof result === 'string') return result;
	const parts = Array.isArray(result) ? (result as Array<MessageContent | null>) : [];
	const isContent = parts.length > 0 && parts.every((part) => typeof part?.type === 'string');
	if (!isContent) return JSON.stringify(result) ?? '';
	return parts.flatMap((part) => (part ? [partText(part)] : [])).join('\n');
}

function partText(part: MessageContent): string {
	if (part.type === 'text') return part.text;
	const [{ type } = { type: undefined }] = toPart(part);
	if (type !== 'image_url' && type !== 'file') return JSON.stringify(part);
	const kind = type === 'file' ? 'a file' : 'an image';
	return `[The tool returned ${kind}, which cannot be sent as the result of a tool]`;
}
