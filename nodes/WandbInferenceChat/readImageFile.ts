import type { IBinaryData, IExecuteFunctions } from 'n8n-workflow';
import { isJsonObject } from '../../inference/json';
import { ParameterError } from '../shared/ParameterError';
import { declaredType, imageTypeIn, isImageType } from './imageType';
import type { Lazy } from './Lazy';

/**
 * The data URL of an image file. `nameOrFile` is what n8n's own nodes accept: a name, a path in
 * workflows that keep files in the JSON data, or the file itself.
 */
export function readImageFile(
	context: IExecuteFunctions,
	itemIndex: number,
	nameOrFile: unknown,
	position: number,
): Lazy<string> {
	const file = findFile(context, itemIndex, nameOrFile, position);
	const name = isJsonObject(nameOrFile) ? file.fileName : nameOrFile;
	const label = `${name ? `The file '${String(name)}'` : 'A file'} of message ${position}`;
	const type = declaredType(file);
	if (type !== undefined && !isImageType(type)) throw notAnImage(label, file);
	return {
		load: async () => {
			const content = await loadContent(context, itemIndex, file, label);
			const imageType = type ?? imageTypeIn(content);
			if (imageType === undefined) throw notAnImage(label, file);
			return `data:${imageType};base64,${content.toString('base64')}`;
		},
		length: base64LengthOf(file),
	};
}

function findFile(
	context: IExecuteFunctions,
	itemIndex: number,
	nameOrFile: unknown,
	position: number,
): IBinaryData {
	const isFile = isJsonObject(nameOrFile);
	try {
		const file = context.helpers.assertBinaryData(
			itemIndex,
			isFile ? withMimeType(nameOrFile as object as IBinaryData) : String(nameOrFile),
		);
		if (hasContent(file)) return withMimeType(file);
	} catch {
		// n8n's message does not say which message of the conversation is meant.
	}
	if (isFile) {
		throw new ParameterError(
			`'Input Data Field Name' of message ${position} is an object without file content`,
			"Enter the name of the file, or an expression such as {{ $('Form').item.binary.photo }}.",
		);
	}
	const name = String(nameOrFile).slice(0, maxNameLength);
	throw new ParameterError(
		`The image of message ${position} is missing: the item has no file named '${name}'`,
		"Check 'Input Data Field Name' against the input of this node. If its files are in the JSON data, enter the path, e.g. _files.data.",
	);
}

/** Someone may enter the content of the file instead, which does not belong in an error. */
const maxNameLength = 100;

/** Files from Code nodes can lack the type, without which n8n does not recognize a file. */
function withMimeType(file: IBinaryData): IBinaryData {
	return { ...file, mimeType: String(file.mimeType ?? '') };
}

function hasContent({ data, id }: Partial<IBinaryData>): boolean {
	return typeof data === 'string' || typeof id === 'string';
}

async function loadContent(
	context: IExecuteFunctions,
	itemIndex: number,
	file: IBinaryData,
	label: string,
): Promise<Buffer> {
	try {
		return await context.helpers.getBinaryDataBuffer(itemIndex, file);
	} catch (error) {
		throw notLoaded(label, error);
	}
}

function notLoaded(label: string, error: unknown): ParameterError {
	const reason = error instanceof Error ? error.message : String(error);
	return new ParameterError(
		`${label} could not be loaded`,
		`Run the node that outputs the file again. (${reason})`,
	);
}

function notAnImage(label: string, { mimeType }: IBinaryData): ParameterError {
	return new ParameterError(
		`${label} is not an image${mimeType ? ` (${mimeType})` : ''}`,
		'Use a PNG, JPEG, WebP, or GIF file.',
	);
}

/** From the data itself or, if it is stored elsewhere, from n8n's description, e.g. '1.2 MB'. */
function base64LengthOf({ data = '', bytes, fileSize }: Partial<IBinaryData>): number {
	const [, amount, unit = ''] = /^([\d.]+)\s*([kMG]?)i?B/i.exec(fileSize ?? '') ?? [];
	const bytesPerUnit = { k: 1e3, m: 1e6, g: 1e9 }[unit.toLowerCase()] ?? 1;
	const size = typeof bytes === 'number' ? bytes : Number(amount ?? 0) * bytesPerUnit;
	return Math.max(data.length, (4 / 3) * size);
}
