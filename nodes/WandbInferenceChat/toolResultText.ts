import type { JsonObject } from 'n8n-workflow';
import { asJsonObject, isJsonObject, parseJson } from '../../inference/json';

/**
 * What a tool returned as text, the only form that the API accepts. What is not text is named, so
 * that the model knows of it, instead of sent as thousands of tokens of base64.
 */
export function toolResultText(result: unknown): string {
	if (result === undefined || result === null) return '';
	// n8n returns the parts of an MCP result as JSON.
	if (typeof result === 'string') return partsText(parseParts(result)) ?? result;
	// A message of LangChain's, or a result of MCP.
	if (isMessage(result)) return toolResultText(result.content);
	return partsText(result) ?? JSON.stringify(result) ?? '';
}

function parseParts(text: string): unknown {
	return text.startsWith('[') ? parseJson(text) : undefined;
}

function isMessage(value: unknown): value is { content: unknown } {
	if (!isJsonObject(value) || value.content === undefined) return false;
	return 'tool_call_id' in value || partsText(value.content) !== undefined;
}

/** `undefined` if the value is anything but a list of the parts of a message. */
function partsText(value: unknown): string | undefined {
	if (!Array.isArray(value) || !value.every(isJsonObject)) return undefined;
	const texts = value.map(partText);
	if (texts.every((text) => text === undefined)) return undefined;
	return texts.map((text, index) => text ?? JSON.stringify(value[index])).join('\n');
}

/** `undefined` for anything else, such as a list of files with their names and types. */
function partText(part: JsonObject): string | undefined {
	if (part.type === 'text') return plainText(part);
	if (part.type === 'resource') return resourceText(asJsonObject(part.resource));
	return hasFile(part) ? fileText(String(part.type).startsWith('image')) : undefined;
}

const textFields = ['type', 'text', 'annotations', '_meta'];

function plainText(part: JsonObject): string | undefined {
	const isPlain = Object.keys(part).every((field) => textFields.includes(field));
	return isPlain && typeof part.text === 'string' ? part.text : undefined;
}

/** A file that MCP embeds, as text or as base64. */
function resourceText({ text, blob }: JsonObject): string | undefined {
	if (typeof text === 'string') return text;
	return typeof blob === 'string' ? fileText(false) : undefined;
}

const fileTypes = ['image', 'image_url', 'audio', 'input_audio', 'file'];

/** Whether a part contains a file, and does not only describe one. */
function hasFile(part: JsonObject): boolean {
	if (typeof part.type !== 'string' || !fileTypes.includes(part.type)) return false;
	return [part.data, part.source, part.source_type, part[part.type]].some(Boolean);
}

function fileText(isImage: boolean): string {
	const kind = isImage ? 'an image' : 'a file';
	return `[The tool returned ${kind}, which cannot be sent as the result of a tool]`;
}
