import OpenAI from 'openai';
import { runChatNode } from '../support/chatNode';
import { chatParameters } from '../../tools/engine/createExecuteContext';
import { bareBody, bodySentFor, lastBody } from '../support/bodySent';
import { useSimulator } from '../support/useSimulator';

const simulator = useSimulator();

describe('what the user adds to the request', () => {
	test('extra body is merged last and wins', async () => {
		const options = { temperature: 0.5, extraBody: '={{ { temperature: 1, top_k: 3 } }}' };
		expect(await bodySentFor(simulator, { options })).toEqual({
			...bareBody,
			temperature: 1,
			top_k: 3,
		});
	});

	test('extra body can turn streaming on or off, as the option does', async () => {
		const { model, messages } = bareBody;
		expect(await bodySentFor(simulator, { options: { extraBody: '{"stream": false}' } })).toEqual({
			model,
			messages,
			stream: false,
		});
		const options = { stream: false, extraBody: '{"stream": true}' };
		expect(await bodySentFor(simulator, { options })).toEqual(bareBody);
	});

	test('extra headers are sent, and a project header replaces that of the credential', async () => {
		const headers = [
			{ name: 'X-Team', value: 'blue' },
			{ name: 'openai-project', value: 'team/other' },
		];
		await runChatNode({
			baseUrl: simulator.baseUrl,
			credential: { project: 'team/mine' },
			parameters: chatParameters({ options: { extraHeaders: { values: headers } } }),
		});
		expect(simulator.requests[0]?.headers).toMatchObject({
			'x-team': 'blue',
			'openai-project': 'team/other',
			authorization: 'Bearer simulator-key',
		});
	});
});

describe('model', () => {
	test.each([
		['id', 'wandb/openai/gpt-oss-20b', 'openai/gpt-oss-20b'],
		['id', ' openai/gpt-oss-20b ', 'openai/gpt-oss-20b'],
		['list', 'openai/gpt-oss-20b', 'openai/gpt-oss-20b'],
	])('in mode %s, %p is sent as %p', async (mode, value, sent) => {
		const body = await bodySentFor(simulator, { model: { __rl: true, mode, value } });
		expect(body.model).toBe(sent);
	});

	test('a fine-tuned model is sent with the project header', async () => {
		const model = 'wandb-artifact:///team/project/lora:v1';
		await runChatNode({
			baseUrl: simulator.baseUrl,
			credential: { project: 'team/project' },
			parameters: chatParameters({ model: { __rl: true, mode: 'id', value: model } }),
		});
		expect(lastBody(simulator).model).toBe(model);
		expect(simulator.requests[0]?.headers['openai-project']).toBe('team/project');
	});
});

describe('bodies of the official client', () => {
	test('equal the bodies of the node for the same arguments', async () => {
		const client = new OpenAI({ apiKey: 'simulator-key', baseURL: simulator.baseUrl });
		const schema = { type: 'object', properties: { city: { type: 'string' } } };
		await client.chat.completions.create({
			model: 'openai/gpt-oss-20b',
			messages: [
				{ role: 'system', content: 'Be brief.' },
				{
					role: 'user',
					content: [
						{ type: 'text', text: 'What is this?' },
						{ type: 'image_url', image_url: { url: 'https://example.com/cat.png' } },
					],
				},
			],
			temperature: 0,
			max_tokens: 64,
			stop: ['END'],
			logit_bias: { '5': 1 },
			seed: 1,
			tools: [
				{
					type: 'function',
					function: { name: 'get_weather', description: 'Weather', parameters: schema },
				},
			],
			tool_choice: { type: 'function', function: { name: 'get_weather' } },
			response_format: {
				type: 'json_schema',
				json_schema: { name: 'answer', strict: true, schema },
			},
			stream: false,
		});
		const theirs = lastBody(simulator);

		const ours = await bodySentFor(simulator, {
			messages: {
				values: [
					{ role: 'system', content: 'Be brief.' },
					{
						role: 'user',
						content: 'What is this?',
						imageSource: 'url',
						imageUrl: 'https://example.com/cat.png',
					},
				],
			},
			responseFormat: 'json_schema',
			schemaName: 'answer',
			jsonSchema: JSON.stringify(schema),
			tools: {
				values: [
					{
						name: 'get_weather',
						description: 'Weather',
						parameters: JSON.stringify(schema),
						strict: false,
					},
				],
			},
			options: {
				temperature: 0,
				maxTokens: 64,
				stop: ['END'],
				logitBias: '{"5": 1}',
				seed: 1,
				toolChoice: 'get_weather',
				stream: false,
			},
		});
		expect(ours).toEqual(theirs);
	});
});
