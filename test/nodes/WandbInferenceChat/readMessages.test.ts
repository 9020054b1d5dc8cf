import type { INodeParameters, JsonObject } from 'n8n-workflow';
import { readMessages } from '../../../nodes/WandbInferenceChat/readMessages';
import { failureOf } from '../../support/cannedResponse';
import { runChatNode } from '../../support/chatNode';
import { chatParameters, createExecuteContext } from '../../../tools/engine/createExecuteContext';
import { useSimulator } from '../../support/useSimulator';

const simulator = useSimulator();

describe('messages', () => {
	test('contain images from binary data as data URLs', async () => {
		await runChatNode({
			baseUrl: simulator.baseUrl,
			parameters: chatParameters({
				messages: {
					values: [
						{
							role: 'user',
							content: 'Compare',
							imageSource: 'binary',
							binaryPropertyName: 'one, two',
						},
					],
				},
			}),
			items: [
				{
					binary: {
						one: { mimeType: 'image/png', data: 'aW1hZ2Ux' },
						two: { mimeType: 'image/jpeg', data: 'aW1hZ2Uy' },
					},
				},
			],
		});
		expect((simulator.requests[0]?.body as JsonObject).messages).toEqual([
			{
				role: 'user',
				content: [
					{ type: 'text', text: 'Compare' },
					{ type: 'image_url', image_url: { url: 'data:image/png;base64,aW1hZ2Ux' } },
					{ type: 'image_url', image_url: { url: 'data:image/jpeg;base64,aW1hZ2Uy' } },
				],
			},
		]);
	});

	const history = [
		{ role: 'user', content: 'Weather in Oslo?' },
		{
			role: 'assistant',
			content: null,
			tool_calls: [{ id: 'call_1', type: 'function', function: { name: 'f', arguments: '{}' } }],
		},
		{ role: 'tool', tool_call_id: 'call_1', content: 'Rain' },
	];

	test.each([
		['text', JSON.stringify(history)],
		['a value', '={{ $json.history }}'],
	])('are read from JSON, given as %s', async (_, messagesJson) => {
		await runChatNode({
			baseUrl: simulator.baseUrl,
			parameters: chatParameters({ specifyMessages: 'json', messagesJson }),
			items: [{ json: { history } }],
		});
		expect((simulator.requests[0]?.body as JsonObject).messages).toEqual(history);
	});
});

describe('readMessages', () => {
	const read = async (parameters: INodeParameters) =>
		await readMessages(createExecuteContext({ baseUrl: '', parameters }), 0).readMessages();
	const readRow = async (row: INodeParameters) => await read({ messages: { values: [row] } });
	const withUrl = (imageUrl: string) => ({ content: '', imageSource: 'url', imageUrl });

	test('rejects JSON that is blank or contains no messages', async () => {
		for (const messagesJson of ['={{ null }}', ' ', '[]']) {
			const failure = await failureOf(read({ specifyMessages: 'json', messagesJson }));
			expect(failure.message).toBe("'Messages (JSON)' is empty");
		}
	});

	test.each(['null', '5', '"user"', '[]', '{}', '{"role": 5}', '{"role": "nobody"}'])(
		'rejects %s as a message in JSON',
		async (message) => {
			const messagesJson = `[{"role": "developer", "content": "Hi"}, ${message}]`;
			expect(await failureOf(read({ specifyMessages: 'json', messagesJson }))).toMatchObject({
				message: "Message 2 in 'Messages (JSON)' is not a valid message",
				advice:
					"Each message is an object with a 'role' (system, developer, user, assistant, tool, function) and 'content'.",
			});
		},
	);

	test("uses the role 'user' if there is none", async () => {
		expect(await readRow({ role: '={{ null }}', content: 'Hi' })).toEqual([
			{ role: 'user', content: 'Hi' },
		]);
	});

	test('accepts an empty assistant message and ignores an image left in its row', async () => {
		const row = { ...withUrl('https://example.com/cat.png'), role: 'assistant' };
		expect(await readRow(row)).toEqual([{ role: 'assistant', content: '' }]);
	});

	test('adds the tool call ID to a tool message', async () => {
		const row = { role: 'tool', content: 'Rain', toolCallId: 'call_1' };
		expect(await readRow(row)).toEqual([{ role: 'tool', content: 'Rain', tool_call_id: 'call_1' }]);
		expect((await failureOf(readRow({ ...row, toolCallId: '={{ null }}' }))).message).toBe(
			"'Tool Call ID' of message 1 is empty",
		);
	});

	test.each([' http://example.com/cat.png ', 'HTTPS://example.com', 'data:image/png;base64,AA'])(
		'accepts a message that is only the image at %j',
		async (address) => {
			const url = address.trim();
			expect(await readRow(withUrl(address))).toEqual([
				{ role: 'user', content: [{ type: 'image_url', image_url: { url } }] },
			]);
		},
	);

	test.each(['={{ null }}', '', 'see https://example.com', 'data:text/html,', 'ftp://example.com'])(
		'rejects the image URL %j',
		async (address) => {
			expect(await failureOf(readRow(withUrl(address)))).toMatchObject({
				message: "'Image URL' of message 1 is not a valid web address",
				advice: 'Enter an address that begins with https://, or select binary data for a file.',
			});
		},
	);

	test('rejects an image without a field name', async () => {
		const failure = await failureOf(
			readRow({ content: 'Hi', imageSource: 'binary', binaryPropertyName: '={{ null }}' }),
		);
		expect(failure.message).toContain("the item has no file named ''");
	});
});

test.each([
	[{ data: 'a'.repeat(1000), mimeType: 'image/png' }, 1000],
	[{ data: 'filesystem-v2', mimeType: 'image/png', fileSize: '3 MB' }, 4_000_000],
	[{ data: 's3', mimeType: 'image/png', fileSize: '1.5 kB' }, 2000],
	[{ data: 's3', mimeType: 'image/png', fileSize: 'large' }, 2],
])('the length of an image is known before it is read: %j', (file, length) => {
	const row = { role: 'user', content: '', imageSource: 'binary', binaryPropertyName: 'data' };
	const context = createExecuteContext({
		baseUrl: '',
		parameters: chatParameters({ messages: { values: [row] } }),
		items: [{ json: {}, binary: { data: file } }],
	});
	expect(readMessages(context, 0).loadLength).toBeCloseTo(length);
});
