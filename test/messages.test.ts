import type { JsonObject } from 'n8n-workflow';
import { chatParameters, runChatNode } from './support/nodeRun';
import { startSimulator, type Simulator } from './support/simulator/simulator';

let simulator: Simulator;

beforeAll(async () => {
	simulator = await startSimulator();
});
beforeEach(() => simulator.reset());
afterAll(async () => await simulator.close());

describe('messages', () => {
	test('carry images from binary data as a data URL', async () => {
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
	])('come from JSON given as %s', async (_, messagesJson) => {
		await runChatNode({
			baseUrl: simulator.baseUrl,
			parameters: chatParameters({ specifyMessages: 'json', messagesJson }),
			items: [{ json: { history } }],
		});
		expect((simulator.requests[0]?.body as JsonObject).messages).toEqual(history);
	});
});
