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

	const user = { role: 'user', content: 'Hi' };

	test.each(['', ' \n', '={{ "" }}'])(
		'leaves out a system message that is left empty: %j',
		async (content) => {
			const values = [{ role: 'system', content }, user];
			expect(await read({ messages: { values } })).toEqual([user]);
			const failure = await failureOf(
				read({ messages: { values: [{ role: 'system', content }] } }),
			);
			expect(failure.message).toBe("'Messages' is empty");
		},
	);

	test.each([
		['the object that the API takes', { model: 'a/b', messages: [user] }],
		['its JSON text', JSON.stringify({ messages: [user] })],
		['a single message', user],
		['the JSON text of a single message', JSON.stringify(user)],
	])('reads messages from %s', async (_, value) => {
		const messagesJson = `={{ ${JSON.stringify(value)} }}`;
		expect(await read({ specifyMessages: 'json', messagesJson })).toEqual([user]);
	});

	test.each(['{"messages": "Hi"}', '{"a": 1}', '"Hi"', '5'])(
		'rejects %s, which is neither an array nor a message',
		async (messagesJson) => {
			const failure = await failureOf(read({ specifyMessages: 'json', messagesJson }));
			expect(failure.message).toBe("'Messages (JSON)' is not a JSON array");
		},
	);

	test.each([
		['User', 'user'],
		[' SYSTEM ', 'system'],
		['Assistant', 'assistant'],
		['developer', 'developer'],
		['human', 'user'],
		['Human', 'user'],
		['ai', 'assistant'],
		['AI', 'assistant'],
		['model', 'assistant'],
		['function', 'function'],
	])('knows the role %j as %j, in rows and in JSON', async (role, sent) => {
		const expected = [{ role: sent, content: 'Hi' }];
		expect(await readRow({ role: `={{ ${JSON.stringify(role)} }}`, content: 'Hi' })).toEqual(
			expected,
		);
		const messagesJson = JSON.stringify([{ role, content: 'Hi' }]);
		expect(await read({ specifyMessages: 'json', messagesJson })).toEqual(expected);
	});

	test.each([
		['human', 'user'],
		['ai', 'assistant'],
		['system', 'system'],
	])("reads LangChain's type %s as the role %s", async (type, role) => {
		const messagesJson = JSON.stringify([{ type, content: 'Hi' }]);
		expect(await read({ specifyMessages: 'json', messagesJson })).toEqual([
			{ role, content: 'Hi' },
		]);
	});

	test('keeps everything else in a JSON message', async () => {
		const message = { role: 'USER', type: 'message', name: 'Ann', content: [] };
		const messagesJson = JSON.stringify([message]);
		expect(await read({ specifyMessages: 'json', messagesJson })).toEqual([
			{ ...message, role: 'user' },
		]);
	});

	test('rejects a role that does not exist, and lists those that do', async () => {
		expect(await failureOf(readRow({ role: '={{ "customer" }}', content: 'Hi' }))).toMatchObject({
			message: "'Role of message 1' has an unknown value",
			advice:
				"Use one of these values for 'Role of message 1': system, developer, user, assistant, tool, function.",
		});
	});

	test.each([
		['={{ "Using JSON" }}', 'json'],
		['={{ "JSON" }}', 'json'],
		['={{ "Using Fields Below" }}', 'fields'],
		['={{ $json.nothing }}', 'fields'],
		['={{ "" }}', 'fields'],
	])('with Specify Messages set to %s, reads %s', async (specifyMessages, source) => {
		const messages = { values: [{ role: 'user', content: 'fields' }] };
		const messagesJson = '[{"role": "user", "content": "json"}]';
		expect(await read({ specifyMessages, messages, messagesJson })).toEqual([
			{ role: 'user', content: source },
		]);
		const unknown = read({ specifyMessages: '={{ "both" }}', messages, messagesJson });
		expect(await failureOf(unknown)).toMatchObject({
			message: "'Specify Messages' has an unknown value",
			advice: "Use one of these values for 'Specify Messages': fields, json.",
		});
	});

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
		expect(failure.message).toBe("'Input Data Field Name' of message 1 is empty");
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
