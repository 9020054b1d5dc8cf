import type { IDataObject, IExecuteFunctions, JsonObject } from 'n8n-workflow';
import { parseJson } from '../../inference/json';
import { ParameterError } from '../shared/ParameterError';
import { isUnset, readChoice, readText } from '../shared/readValue';
import { ready, type Lazy } from './Lazy';
import { imageDetails, imageSources } from './messageFields';
import { readImageFile } from './readImageFile';

/** The images of one message as content parts in the API's format. */
export function readImages(
	context: IExecuteFunctions,
	itemIndex: number,
	row: IDataObject,
	position: number,
): Array<Lazy<JsonObject>> {
	const labeled = (field: string) => `${field} of message ${position}`;
	const source = readChoice(row.imageSource, labeled('Image Source'), imageSources, 'none');
	if (source === 'none') return [];
	const detail = readChoice(row.imageDetail, labeled('Image Detail'), imageDetails, 'auto');
	const urls =
		source === 'url'
			? readImageUrls(row.imageUrl, position).map(ready)
			: readImageFiles(context, itemIndex, row.binaryPropertyName, position);
	return urls.map(({ load, length }) => ({
		load: async () => imagePart(await load(), detail),
		length,
	}));
}

function imagePart(url: string, detail: string): JsonObject {
	return { type: 'image_url', image_url: { url, ...(detail === 'auto' ? {} : { detail }) } };
}

function readImageFiles(
	context: IExecuteFunctions,
	itemIndex: number,
	value: unknown,
	position: number,
): Array<Lazy<string>> {
	const files = entriesOf(value, /,/);
	if (files.length === 0) {
		throw new ParameterError(
			`'Input Data Field Name' of message ${position} is empty`,
			'Enter the name of the input field that contains the image file, e.g. data.',
		);
	}
	return files.map((file) => readImageFile(context, itemIndex, file, position));
}

/** At the line breaks between two addresses, but not at those within a data URL. */
const betweenUrls = /[\r\n]+\s*(?=[a-z][a-z+.-]*:)/i;

/** The URLs are sent as text. n8n never fetches them on the model's behalf. */
function readImageUrls(value: unknown, position: number): string[] {
	const entries = entriesOf(value, betweenUrls);
	const urls = entries.length === 0 ? [''] : entries.map((entry) => readText(entry) ?? '');
	return urls.map((url) => checkedImageUrl(url, position));
}

function checkedImageUrl(url: string, position: number): string {
	if (/^https?:\/\/.*$/i.test(url)) return url;
	if (/^data:image\//i.test(url)) return url.replace(/[\r\n]+\s*/g, '');
	if (/^[a-z\d+/\r\n]{32,}={0,2}$/i.test(url)) {
		throw new ParameterError(
			`'Image URL' of message ${position} is Base64 text, not a web address`,
			'Put data:image/png;base64, before the text, with the type of your image.',
		);
	}
	throw new ParameterError(
		`'Image URL' of message ${position} is not a valid web address`,
		'Enter an address that begins with https://, or select binary data for a file.',
	);
}

/**
 * The entries of a list from an expression, or of text, without blank ones. Text is a JSON array of
 * texts or has separators. It never stands for files: their IDs can come from anyone's input.
 */
function entriesOf(value: unknown, separator: RegExp): unknown[] {
	const entries = typeof value === 'string' ? textsIn(value, separator) : [value].flat();
	return entries
		.map((entry) => (typeof entry === 'string' ? entry.trim() : entry))
		.filter((entry) => !isUnset(entry) && entry !== '');
}

function textsIn(text: string, separator: RegExp): string[] {
	const list = parseJson(text);
	const isListOfTexts = Array.isArray(list) && list.every((entry) => typeof entry === 'string');
	return isListOfTexts ? list : text.split(separator);
}
