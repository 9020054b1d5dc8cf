import type { IBinaryData } from 'n8n-workflow';
import { errorThrownBy } from '../../support/errorThrownBy';
import { png, readFile, sendImages } from '../../support/imageMessage';
import { useSimulator } from '../../support/useSimulator';

const simulator = useSimulator();

async function typeOf(file: object): Promise<string | undefined> {
	const [image] = readFile(file);
	const { url } = (await image?.load())?.image_url as { url: string };
	return /^data:(.*);base64,/.exec(url)?.[1];
}

describe('the type of an image file', () => {
	const data = 'aW1hZ2U=';

	test.each<[object, string]>([
		[{ mimeType: 'IMAGE/PNG' }, 'image/png'],
		[{ mimeType: 'image/webp; charset=binary', fileExtension: 'png' }, 'image/webp'],
		[{ mimeType: 'image/jpg' }, 'image/jpeg'],
		[{ mimeType: 'application/octet-stream', fileExtension: 'png' }, 'image/png'],
		[{ mimeType: 'binary/octet-stream', fileExtension: '.JPG' }, 'image/jpeg'],
		[{ mimeType: '', fileName: 'photo.of.a.cat.WebP' }, 'image/webp'],
		[{ mimeType: null, fileName: 'scan.tif' }, 'image/tiff'],
		[{ fileExtension: 'bin', fileName: 'photo.heic' }, 'image/heic'],
		[{ fileExtension: 'avif' }, 'image/avif'],
	])('comes from its description %j as %s', async (description, type) => {
		expect(await typeOf({ data, ...description })).toBe(type);
	});

	test.each<[string, number[], string]>([
		['PNG', [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a], 'image/png'],
		['JPEG', [0xff, 0xd8, 0xff, 0xe0], 'image/jpeg'],
		['GIF', [...Buffer.from('GIF89a')], 'image/gif'],
		['WebP', [...Buffer.from('RIFF\x0a\x0a\x0a\x0aWEBPVP8 ')], 'image/webp'],
		['BMP', [...Buffer.from('BM\x0a\x01\0\0\0\0\0\0')], 'image/bmp'],
	])('comes from the first bytes of a %s file without a description', async (_, bytes, type) => {
		const file = { data: Buffer.from(bytes).toString('base64') };
		expect(await typeOf(file)).toBe(type);
		expect(await typeOf({ ...file, mimeType: 'application/octet-stream' })).toBe(type);
	});

	test.each(['application/pdf', 'text/plain', 'video/mp4'])('cannot be %s', (mimeType) => {
		const file = { data, mimeType, fileName: 'photo.png' };
		const advice = 'Use a PNG, JPEG, WebP, or GIF file.';
		expect(errorThrownBy(() => readFile(file))).toMatchObject({
			message: `The file 'data' of message 2 is not an image (${mimeType})`,
			advice,
		});
		expect(errorThrownBy(() => readFile(png, file))).toMatchObject({
			message: `The file 'photo.png' of message 2 is not an image (${mimeType})`,
			advice,
		});
	});

	test.each<[object, string]>([
		[{ mimeType: 'application/octet-stream' }, ' (application/octet-stream)'],
		[{ fileName: 'constructor' }, ''],
		[{}, ''],
	])('must be known before the file is sent, described as %j', async (description, shown) => {
		const file = { data: Buffer.from('BMI and RIFF are words').toString('base64') };
		const binary = { data: { ...file, ...description } as unknown as IBinaryData };
		const fields = { imageSource: 'binary', binaryPropertyName: 'data' };
		await expect(sendImages(simulator, fields, { items: [{ binary }] })).rejects.toMatchObject({
			message: `The file 'data' of message 1 is not an image${shown}`,
		});
		expect(simulator.requests).toEqual([]);
	});
});
