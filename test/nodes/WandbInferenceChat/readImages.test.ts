import { errorThrownBy } from '../../support/errorThrownBy';
import { pngUrl, readRow, sendImages } from '../../support/imageMessage';
import { useSimulator } from '../../support/useSimulator';

const simulator = useSimulator();

describe('an image URL', () => {
	const one = 'https://example.com/a,b c.png';
	const two = 'data:image/png;base64,aW1hZ2Ux';

	test.each([
		['lines', `${one}\n\n ${two} \r\n`],
		['a list', `={{ ${JSON.stringify([one, null, '', ` ${two}`])} }}`],
		['a list as JSON text', JSON.stringify([one, two])],
	])('can be one of several in %s', async (_, imageUrl) => {
		expect(await sendImages(simulator, { imageSource: 'url', imageUrl })).toEqual([
			{ url: one },
			{ url: two },
		]);
	});

	test('can be a data URL with line breaks, which are removed', async () => {
		const imageUrl = 'data:image/png;base64,\r\naW1h\n  Z2Ux\n';
		expect(await sendImages(simulator, { imageSource: 'url', imageUrl })).toEqual([{ url: two }]);
	});

	test.each([
		[[one, 'cat.png']],
		[[one, 5]],
		[[]],
		[`${one}\nexample.com/cat.png`],
		[`${one}\nftp://example.com/cat.png`],
	])('is refused if one is not an address: %j', (imageUrl) => {
		const error = errorThrownBy(() => readRow({ imageSource: 'url', imageUrl }));
		expect(error.message).toBe("'Image URL' of message 2 is not a valid web address");
	});

	test.each([
		'iVBORw0KGgoAAAANSUhEUgAAAAUAAAAFCAYAAACNbyblAAAAHElEQVQI12P4',
		'/9j/4AAQSkZJRgABAQEASABIAAD+/g\r\nAAAAAAAA==',
	])('is refused with advice if it is Base64 without a prefix: %j', (imageUrl) => {
		expect(errorThrownBy(() => readRow({ imageSource: 'url', imageUrl }))).toMatchObject({
			message: "'Image URL' of message 2 is Base64 text, not a web address",
			advice: 'Put data:image/png;base64, before the text, with the type of your image.',
		});
	});
});

describe('the choices of an image', () => {
	const imageUrl = 'https://example.com/cat.png';
	const url = { imageSource: 'url', imageUrl };

	test.each(['URL', 'Url', ' url '])('understand the source %j', async (imageSource) => {
		expect(
			await sendImages(simulator, { imageSource: `={{ "${imageSource}" }}`, imageUrl }),
		).toEqual([{ url: imageUrl }]);
	});

	test.each(['Binary Data', 'BINARY', 'binary data'])('understand the source %j', (imageSource) => {
		expect(readRow({ imageSource, binaryPropertyName: 'data' })).toHaveLength(1);
	});

	test.each(['None', 'none', '', null, undefined])('take %j as no image', (imageSource) => {
		expect(readRow({ ...url, imageSource })).toEqual([]);
	});

	test('do not silently drop an image', async () => {
		const sent = sendImages(simulator, { content: 'Look', imageSource: '={{ "file" }}', imageUrl });
		await expect(sent).rejects.toMatchObject({
			message: "'Image Source of message 1' has an unknown value",
			description: expect.stringMatching(/binary, none, url/) as string,
		});
		expect(simulator.requests).toEqual([]);
	});

	test.each([
		['high', 'high'],
		['={{ "LOW" }}', 'low'],
	])('send the detail %j', async (imageDetail, detail) => {
		expect(await sendImages(simulator, { ...url, imageDetail })).toEqual([
			{ url: imageUrl, detail },
		]);
	});

	test.each(['auto', '={{ "Auto" }}', '={{ null }}'])('do not send %j', async (imageDetail) => {
		expect(await sendImages(simulator, { ...url, imageDetail })).toEqual([{ url: imageUrl }]);
	});

	test('send the detail of a file, and refuse an unknown one', async () => {
		const file = { imageSource: 'binary', binaryPropertyName: 'data' };
		const [image] = readRow({ ...file, imageDetail: 'High' });
		expect(await image?.load()).toEqual({
			type: 'image_url',
			image_url: { url: pngUrl, detail: 'high' },
		});
		expect(() => readRow({ ...file, imageDetail: 'best' })).toThrow(
			"'Image Detail of message 2' has an unknown value",
		);
	});
});
