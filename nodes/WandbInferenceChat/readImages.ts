import type { IBinaryData, IDataObject, IExecuteFunctions, JsonObject } from 'n8n-workflow';
import { ParameterError } from '../shared/ParameterError';
import { readText } from '../shared/readValue';
import { ready, type Lazy } from './Lazy';

/** The images of one message as content parts in the API's format. */
export function readImages(
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
