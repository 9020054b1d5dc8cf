import OpenAI from 'openai';
import type { INodeParameters, JsonObject } from 'n8n-workflow';
import { requestParameters } from '../../nodes/shared/requestParameters';
import { runChatNode } from '../support/chatNode';
import { chatParameters } from '../../tools/engine/createExecuteContext';
import { validateRequestBody } from '../../tools/simulator/openaiSchema/validateChatCompletion';
import { useSimulator } from '../support/useSimulator';

/** For each row of the table: what the user sets, and what the body must contain for it. */
const samples: Record<string, { set: unknown; wire?: JsonObject; falsy?: unknown[] }> = {
	cacheSalt: { set: 'tenant-7', wire: { cache_salt: 'tenant-7' } },
	extraBody: { set: '{"top_k": 20, "min_p": 0}', wire: { top_k: 20, min_p: 0 } },
	extraHeaders: { set: { values: [{ name: 'X-Team', value: 'blue' }] } },
	fallbackModels: { set: ['openai/gpt-oss-120b'] },
	frequencyPenalty: { set: 0.5, wire: { frequency_penalty: 0.5 }, falsy: [0] },
	functionCall: { set: 'none', wire: { function_call: 'none' } },
	functions: {
		set: '[{"name":"f","parameters":{"type":"object","properties":{}}}]',
		wire: { functions: [{ name: 'f', parameters: { type: 'object', properties: {} } }] },
	},
	logitBias: { set: '{"1734": -100}', wire: { logit_bias: { '1734': -100 } } },
	logprobs: { set: true, wire: { logprobs: true }, falsy: [false] },
	maxTokens: { set: 50, wire: { max_tokens: 50 } },
	n: { set: 2, wire: { n: 2 } },
	parallelToolCalls: { set: true, wire: { parallel_tool_calls: true }, falsy: [false] },
	presencePenalty: { set: -0.5, wire: { presence_penalty: -0.5 }, falsy: [0] },
	reasoning: { set: 'disabled', wire: { chat_template_kwargs: { enable_thinking: false } } },
	reasoningEffort: { set: 'low', wire: { reasoning_effort: 'low' } },
	seed: { set: 42, wire: { seed: 42 }, falsy: [0] },
	stop: { set: ['END', 'STOP'], wire: { stop: ['END', 'STOP'] } },
	stream: { set: false, wire: { stream: false } },
	temperature: { set: 0.7, wire: { temperature: 0.7 }, falsy: [0] },
	timeout: { set: 30 },
	toolChoice: { set: 'none', wire: { tool_choice: 'none' } },
	topLogprobs: { set: 3, wire: { top_logprobs: 3 }, falsy: [0] },
	topP: { set: 0.9, wire: { top_p: 0.9 }, falsy: [0] },
	user: { set: 'user-1', wire: { user: 'user-1' }, falsy: [''] },
};

/** What else must be set for the service to accept a row. */
const companions: Record<string, INodeParameters> = {
	topLogprobs: { logprobs: true },
	functionCall: { functions: samples.functions!.set as string },
};

const simulator = useSimulator();

async function bodySentFor(parameters: INodeParameters): Promise<JsonObject> {
	simulator.reset();
	await runChatNode({ baseUrl: simulator.baseUrl, parameters: chatParameters(parameters) });
	return lastBody();
}

function lastBody(): JsonObject {
	const body = simulator.requests.at(-1)?.body as JsonObject;
	expect(validateRequestBody(body)).toEqual([]);
	return body;
}

const bareBody = {
	model: 'openai/gpt-oss-20b',
	messages: [{ role: 'user', content: 'Hello!' }],
	stream: true,
	stream_options: { include_usage: true },
};

describe('parameter table', () => {
	test('sends nothing that is unset', async () => {
		expect(await bodySentFor({})).toEqual(bareBody);
		expect(await bodySentFor({ options: {} })).toEqual(bareBody);
	});

	test('has a sample in this test for every row', () => {
		const names = requestParameters.map(({ property }) => property.name);
		expect(Object.keys(samples).sort()).toEqual([...names].sort());
	});

	test.each(requestParameters.map(({ property, wire }) => [property.name, wire?.name]))(
		'%s is sent as %s',
		async (name) => {
			const sample = samples[name]!;
			const companion = companions[name] ?? {};
			const options = { ...companion, [name]: sample.set } as INodeParameters;
			const body = await bodySentFor({ options });
			const bare = companions[name] ? await bodySentFor({ options: companion }) : bareBody;
			const expected = { ...bare, ...sample.wire };
			if (sample.set === false && name === 'stream') delete (expected as JsonObject).stream_options;
			expect(body).toEqual(expected);
		},
	);

	test.each(
		Object.entries(samples).flatMap(([name, { falsy = [] }]) =>
			falsy.map((value) => [name, value] as const),
		),
	)('%s set to %p is sent', async (name, value) => {
		const wireName = requestParameters.find(({ property }) => property.name === name)!.wire!.name;
		const options = { ...(companions[name] ?? {}), [name]: value } as INodeParameters;
		expect((await bodySentFor({ options }))[wireName]).toBe(value);
	});

	test('values from expressions are sent as the types that the API expects', async () => {
		const options = {
			temperature: '={{ "0.5" }}',
			maxTokens: '={{ $json.limit }}',
			seed: '={{ undefined }}',
			topP: '={{ "" }}',
			logitBias: '={{ { "5": 1 } }}',
			stop: '={{ "END" }}',
		};
		await runChatNode({
			baseUrl: simulator.baseUrl,
			parameters: chatParameters({ options }),
			items: [{ json: { limit: '20' } }],
		});
		expect(lastBody()).toEqual({
			...bareBody,
			temperature: 0.5,
			max_tokens: 20,
			logit_bias: { '5': 1 },
			stop: ['END'],
		});
	});

	test('extra body is merged last and wins', async () => {
		const options = { temperature: 0.5, extraBody: '={{ { temperature: 1, top_k: 3 } }}' };
		expect(await bodySentFor({ options })).toEqual({ ...bareBody, temperature: 1, top_k: 3 });
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
		const body = await bodySentFor({ model: { __rl: true, mode, value } });
		expect(body.model).toBe(sent);
	});

	test('a fine-tuned model is sent with the project header', async () => {
		const model = 'wandb-artifact:///team/project/lora:v1';
		await runChatNode({
			baseUrl: simulator.baseUrl,
			credential: { project: 'team/project' },
			parameters: chatParameters({ model: { __rl: true, mode: 'id', value: model } }),
		});
		expect(lastBody().model).toBe(model);
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
		const theirs = lastBody();

		const ours = await bodySentFor({
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
