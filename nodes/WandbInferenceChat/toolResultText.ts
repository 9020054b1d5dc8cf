import { isJsonObject } from '../../inference/json';

/**
 * What a tool returned as text, the only form that the API accepts. What is not text is named, so
 * that the model knows of it, instead of sent as thousands of tokens of base64.
 */
export function toolResultText(result: unknown): string {
	if (result === undefined || result === null) return '';
	if (typeof result === 'string') return result;
	// A message of LangChain's, or a result of MCP.
	if (isMessage(result)) return toolResultText(result.content);
	const parts = Array.isArray(result) ? (result as unknown[]) : [];
	if (parts.length === 0 || !parts.every(isPart)) return JSON.stringify(result) ?? '';
	return parts.map(partText).join('\n');
}

interface Part {
	type: string;
	text?: unknown;
}

function isMessage(value: unknown): value is { content: unknown } {
	if (!isJsonObject(value) || value.content === undefined) return false;
	return 'tool_call_id' in value || (Array.isArray(value.content) && value.content.every(isPart));
}

const files = ['image', 'image_url', 'audio', 'input_audio', 'file'];

function isPart(value: unknown): value is Part {
	if (!isJsonObject(value) || typeof value.type !== 'string') return false;
	const { type, text } = value;
	return (
		(type === 'text' && typeof text === 'string') || files.includes(type) || type === 'resource'
	);
}

function partText(part: Part): string {
	if (typeof part.text === 'string') return part.text;
	if (!files.includes(part.type)) return JSON.stringify(part);
	const kind = part.type.startsWith('image') ? 'an image' : 'a file';
	return `[The tool returned ${kind}, which cannot be sent as the result of a tool]`;
}
