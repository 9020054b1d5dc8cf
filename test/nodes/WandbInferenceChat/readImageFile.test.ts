import type { IBinaryData, IDataObject } from 'n8n-workflow';
import { readImages } from '../../../nodes/WandbInferenceChat/readImages';
import { createExecuteContext } from '../../../tools/engine/createExecuteContext';
import { failureOf } from '../../support/cannedResponse';
import { errorThrownBy } from '../../support/errorThrownBy';
import { png, pngUrl, readFile, readRow, sendImages } from '../../support/imageMessage';
import { useSimulator } from '../../support/useSimulator';

const simulator = useSimulator();

const jpeg: IBinaryData = { mimeType: 'image/jpeg', data: 'aW1hZ2Uy' };
const jpegUrl = 'data:image/jpeg;base64,aW1hZ2Uy';

describe('an image file', () => {
	const item = { binary: { one: png, two: jpeg } };
	const fromFile = { imageSource: 'binary' };

	test.each([
		['names with commas', 'one, two'],
		['names with extra commas', ',one,, two ,'],
		['a list of names', '={{ ["one", "two"] }}'],
		['a list of names with blank ones', '={{ ["one", "", null, " two "] }}'],
		['a list of names as JSON text', '={{ JSON.stringify(["one", "two"]) }}'],
		['a list of files', '={{ [$input.item.binary.one, $input.item.binary.two] }}'],
		['a list of both', '={{ ["one", $input.item.binary.two] }}'],
	])('is found by %s', async (_, binaryPropertyName) => {
		const images = await sendImages(
			simulator,
			{ ...fromFile, binaryPropertyName },
			{ items: [item] },
		);
		expect(images).toEqual([{ url: pngUrl }, { url: jpegUrl }]);
	});

	test('can be the value of an expression', async () => {
		const binaryPropertyName = '={{ $input.item.binary.two }}';
		expect(
			await sendImages(simulator, { ...fromFile, binaryPropertyName }, { items: [item] }),
		).toEqual([{ url: jpegUrl }]);
	});

	describe('in a workflow that keeps files in the JSON data', () => {
		const json = { _files: { data: png, more: jpeg }, list: [jpeg] } as unknown as IDataObject;
		const combined = { items: [{ json }], settings: { binaryMode: 'combined' as const } };

		test.each([
			['its path', '_files.data', [pngUrl]],
			['several paths', '_files.data, list[0]', [pngUrl, jpegUrl]],
			['an expression', '={{ $json._files.more }}', [jpegUrl]],
			['an expression for several', '={{ [$json._files.data, $json.list[0]] }}', [pngUrl, jpegUrl]],
		])('is found by %s', async (_, binaryPropertyName, urls) => {
			const images = await sendImages(simulator, { ...fromFile, binaryPropertyName }, combined);
			expect(images).toEqual(urls.map((url) => ({ url })));
		});

		test('is missing if only its name is given', async () => {
			const sent = sendImages(simulator, { ...fromFile, binaryPropertyName: 'data' }, combined);
			await expect(sent).rejects.toMatchObject({
				message: "The image of message 1 is missing: the item has no file named 'data'",
				description: expect.stringContaining('_files.data') as string,
			});
			expect(simulator.requests).toEqual([]);
		});
	});

	test.each(['', ' , ,', null, undefined, [], [null, ' ']])(
		'needs a name, unlike %j',
		(binaryPropertyName) => {
			const error = errorThrownBy(() => readRow({ ...fromFile, binaryPropertyName }));
			expect(error).toMatchObject({
				kind: 'parameter',
				message: "'Input Data Field Name' of message 2 is empty",
				advice: 'Enter the name of the input field that contains the image file, e.g. data.',
			});
		},
	);

	test.each(['photo', 'constructor', 5, 'a'.repeat(100)])('is missing if named %j', (name) => {
		const error = errorThrownBy(() => readRow({ ...fromFile, binaryPropertyName: name }));
		expect(error).toMatchObject({
			message: `The image of message 2 is missing: the item has no file named '${name}'`,
			advice: expect.stringContaining("'Input Data Field Name'") as string,
		});
	});

	test('is missing if the name is its content, which the error does not repeat', () => {
		const error = errorThrownBy(() => readFile(png, 'a'.repeat(1_000_000)));
		expect(error.message.length).toBeLessThan(200);
	});

	test('is missing if the item has an empty file of that name', () => {
		expect(errorThrownBy(() => readFile({ mimeType: 'image/png' })).message).toBe(
			"The image of message 2 is missing: the item has no file named 'data'",
		);
	});

	test('needs content: $binary has none in memory', () => {
		const error = errorThrownBy(() => readFile(png, { mimeType: 'image/png', fileName: 'a.png' }));
		expect(error).toMatchObject({
			message: "'Input Data Field Name' of message 2 is an object without file content",
			advice: expect.stringContaining('Enter the name of the file') as string,
		});
	});

	test('is not made from JSON text, which can come from anyone', () => {
		const file = JSON.stringify({ mimeType: 'image/png', id: 'filesystem-v2:secret' });
		expect(() => readFile(png, file)).toThrow('the item has no file named');
		expect(() => readFile(png, `[${file}]`)).toThrow('the item has no file named');
	});

	test('names the file and the message if it cannot be loaded', async () => {
		const [image] = readFile(png, { mimeType: 'image/png', id: 'lost:1', fileName: 'cat.png' });
		expect(await failureOf(image?.load() ?? Promise.resolve())).toMatchObject({
			kind: 'parameter',
			message: "The file 'cat.png' of message 2 could not be loaded",
			advice: expect.stringContaining('Run the node that outputs the file again. (') as string,
		});
	});

	test('is loaded each time it is sent, and not before', async () => {
		const context = createExecuteContext({ baseUrl: '', items: [{ binary: { data: png } }] });
		const load = jest.spyOn(context.helpers, 'getBinaryDataBuffer');
		const row = { imageSource: 'binary', binaryPropertyName: 'data' };
		const [image] = readImages(context, 0, row, 1);
		expect(load).not.toHaveBeenCalled();
		const parts = [await image?.load(), await image?.load()];
		expect(parts[0]).toEqual({ type: 'image_url', image_url: { url: pngUrl } });
		expect(parts[1]).toEqual(parts[0]);
		expect(load).toHaveBeenCalledTimes(2);
	});

	test.each([
		['in memory', { data: 'a'.repeat(1000), bytes: 750 }, 1000],
		['in storage', { data: 's3', id: 's3:1', bytes: 3_000_000, fileSize: '3 MB' }, 4_000_000],
		['in storage, with an ID only', { id: 's3:1', bytes: 300 }, 400],
		['in storage, with its size as text', { id: 's3:1', fileSize: '1.5 kB' }, 2000],
		['of unknown size', { id: 's3:1' }, 0],
	])('has a length that is known before it is loaded, %s', (_, description, length) => {
		const file = { mimeType: 'image/png', ...description };
		expect(readFile(file)[0]?.length).toBeCloseTo(length);
		expect(readFile(png, file)[0]?.length).toBeCloseTo(length);
	});
});
