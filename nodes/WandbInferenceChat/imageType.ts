import type { IBinaryData } from 'n8n-workflow';

/**
 * The MIME type that a file is said to have, which need not be one of an image. Undefined if only
 * its content can tell.
 */
export function declaredType({
	mimeType,
	fileExtension,
	fileName,
}: IBinaryData): string | undefined {
	const type = mimeType.toLowerCase().replace(/;.*/s, '').trim();
	if (type === 'image/jpg') return 'image/jpeg';
	if (!unknownTypes.includes(type)) return type;
	const ofName = /[^.]*$/.exec(`${fileName ?? ''}`)?.[0] ?? '';
	return typeByExtension(`${fileExtension ?? ''}`) ?? typeByExtension(ofName);
}

/** The type of an image by its first bytes. Undefined if it is none, or one of another type. */
export function imageTypeIn(content: Buffer): string | undefined {
	const start = content.toString('latin1', 0, 12);
	return signatures.find(([signature]) => signature.test(start))?.[1];
}

export function isImageType(type: string): boolean {
	return type.startsWith('image/');
}

/** What file servers say about every file. */
const unknownTypes = ['', 'application/octet-stream', 'binary/octet-stream'];

function typeByExtension(extension: string): string | undefined {
	return typesByExtension.get(extension.toLowerCase().replace('.', ''));
}

const typesByExtension = new Map([
	['avif', 'image/avif'],
	['bmp', 'image/bmp'],
	['gif', 'image/gif'],
	['heic', 'image/heic'],
	['jpeg', 'image/jpeg'],
	['jpg', 'image/jpeg'],
	['png', 'image/png'],
	['tif', 'image/tiff'],
	['tiff', 'image/tiff'],
	['webp', 'image/webp'],
]);

const signatures: Array<[RegExp, string]> = [
	[/^\x89PNG/, 'image/png'],
	[/^\xff\xd8\xff/, 'image/jpeg'],
	[/^GIF8/, 'image/gif'],
	[/^RIFF.{4}WEBP/s, 'image/webp'],
	[/^BM.{4}\0{4}/s, 'image/bmp'],
];
