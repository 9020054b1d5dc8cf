import { contentText } from './contentText';
import type { ContentBlock, LangChainMessage } from './LangChainModel';

/**
 * Wraps the images, files, and roles that n8n's adapter does not know so that it passes them on: it
 * keeps LangChain's wrapper for blocks that are specific to a provider.
 */
export function keepUnknownParts(message: LangChainMessage): LangChainMessage {
	const { role, content } = message;
	// Only LangChain's generic message has a role. The adapter would make it a user's message.
	if (role !== undefined)
		return withContent(message, [passedOn({ role, content: contentText(content) })]);
	if (!Array.isArray(content)) return message;
	const blocks = content.map((block) => {
		const value = toWirePart(block);
		return value ? passedOn(value) : block;
	});
	return withContent(message, blocks);
}

function withContent(
	message: LangChainMessage,
	content: LangChainMessage['content'],
): LangChainMessage {
	return Object.create(message, { content: { value: content, enumerable: true } });
}

function passedOn(value: object): ContentBlock {
	return { type: 'non_standard', value };
}

/** The formats in which n8n attaches images and files, converted to the API's format. */
function toWirePart(block: ContentBlock | null): object | undefined {
	if (block?.type === 'image_url') {
		const image = block.image_url;
		return { type: 'image_url', image_url: typeof image === 'string' ? { url: image } : image };
	}
	if (block?.source_type !== 'base64' && block?.source_type !== 'url') return undefined;
	const url =
		block.source_type === 'url' ? block.url : `data:${block.mime_type};base64,${block.data}`;
	if (block.type === 'image') return { type: 'image_url', image_url: { url } };
	const { filename } = (block.metadata ?? {}) as { filename?: string };
	return { type: 'file', file: { filename, file_data: url } };
}
