/* eslint-disable @n8n/community-nodes/no-restricted-imports -- not shipped: runs outside n8n */
import { inspect } from 'node:util';
import type { INodeParameters, JsonObject } from 'n8n-workflow';
import { runChatNode } from '../support/chatNode';
import { chatParameters, type NodeRun } from '../../tools/engine/createExecuteContext';
import { useSimulator } from '../support/useSimulator';

const simulator = useSimulator();

const header = (name: string, value: string): INodeParameters =>
	chatParameters({ options: { extraHeaders: { values: [{ name, value }] } } });

describe('headers', () => {
	test('a user name and password in the base URL do not replace the key', async () => {
		const baseUrl = simulator.baseUrl.replace('//', '//thief:secret@');
		const failure: unknown = await runChatNode({ baseUrl }).catch((error: unknown) => error);
		expect(inspect(failure)).toContain('The base URL in the credential must contain only');
		expect(inspect(failure)).not.toContain('secret');
		expect(simulator.requests).toEqual([]);
	});

	test.each(['?key=1', '#part'])('a base URL that ends in %s is rejected', async (end) => {
		const run = { baseUrl: `${simulator.baseUrl}${end}` };
		await expect(runChatNode(run)).rejects.toThrow(
			/The base URL in the credential must contain only/,
		);
	});

	test.each([
		...['Authorization', 'AUTHORIZATION', 'authorization', 'aUtHoRiZaTiOn', ' Authorization '],
		...['Authorization\t', 'Proxy-Authorization', 'authorization:', 'Author\u0131zation'],
		...['Authorization\u00a0', 'Authorizat\r\nion', 'X\r\nAuthorization', '\u0410uthorization'],
	])('an extra header cannot replace the key: %j', async (name) => {
		const run = { baseUrl: simulator.baseUrl, parameters: header(name, 'Bearer thief') };
		await expect(runChatNode(run)).rejects.toMatchObject({
			message: expect.stringContaining("'Extra Headers'"),
		});
		expect(simulator.requests).toEqual([]);
	});

	test.each(['Host', 'Content-Length', 'Transfer-Encoding', 'Connection', 'content-type'])(
		'headers that frame the request cannot be replaced: %s',
		async (name) => {
			const run = { baseUrl: simulator.baseUrl, parameters: header(name, '1') };
			await expect(runChatNode(run)).rejects.toThrow(/cannot be replaced/);
			expect(simulator.requests).toEqual([]);
		},
	);

	test.each(['__proto__', 'constructor', 'toString'])(
		'a header named %s does no harm',
		async (name) => {
			const run = { baseUrl: simulator.baseUrl, parameters: header(name, 'polluted') };
			const { items } = await runChatNode(run);
			expect(items[0]?.json.finishReason).toBe('stop');
			expect(simulator.requests[0]?.headers.authorization).toBe('Bearer simulator-key');
			expect(({} as JsonObject).polluted).toBeUndefined();
		},
	);

	const injections = [
		'\r\nX-Evil: 1',
		'\nX-Evil: 1',
		'\rX-Evil: 1',
		'\0',
		'\u010a',
		'ü',
		'漢',
		'\u2028',
	];

	test.each(injections)(
		'%j is rejected in a header, a project, a key, and a base URL',
		async (injection) => {
			const { baseUrl } = simulator;
			const runs: NodeRun[] = [
				{ baseUrl, parameters: header('X-A', `a${injection}b`) },
				{ baseUrl, parameters: header(`X-A${injection}b`, 'a') },
				{ baseUrl, parameters: header('OpenAI-Project', `team/pro${injection}ject`) },
				{ baseUrl, credential: { project: `team/pro${injection}ject` } },
				{ baseUrl, credential: { apiKey: `simulator${injection}key` } },
				{ baseUrl: `${baseUrl}${injection}/x` },
			];
			for (const run of runs) {
				const failure: Error = await runChatNode(run).then(
					() => new Error('It succeeded'),
					(error: Error) => error,
				);
				expect(failure.message).toMatch(/'Extra Headers'|The (project|API key|base URL) /);
			}
			expect(simulator.requests).toEqual([]);
		},
	);
});

describe('JSON keys that name properties of every object', () => {
	const poison = '{"__proto__": {"polluted": 1}, "constructor": {"prototype": {"polluted": 1}}}';
	const user = { role: 'user', content: 'Hello!' };

	afterEach(() => {
		expect(({} as JsonObject).polluted).toBeUndefined();
		expect(({} as JsonObject).role).toBeUndefined();
		expect(([] as unknown as JsonObject).polluted).toBeUndefined();
	});

	test.each<[string, INodeParameters]>([
		['extra body', { options: { extraBody: poison } }],
		[
			'messages',
			{
				specifyMessages: 'json',
				messagesJson: `[{"role": "user", "content": "Hi", "__proto__": {"polluted": 1}}]`,
			},
		],
		['tools', { tools: { values: [{ name: 'f', parameters: poison }] } }],
		['a schema', { responseFormat: 'json_object', jsonSchema: poison }],
		['chat template', { options: { extraBody: `{"chat_template_kwargs": ${poison}}` } }],
		['functions', { options: { functions: `[{"name": "f", "parameters": ${poison}}]` } }],
	])('are sent unchanged or left out, and change nothing in n8n: %s', async (_, changes) => {
		const run = { baseUrl: simulator.baseUrl, parameters: chatParameters(changes) };
		const { items } = await runChatNode(run);
		expect(items[0]?.json).toHaveProperty('finishReason');
		const body = simulator.requests[0]?.body as JsonObject;
		expect(body.model).toBe('openai/gpt-oss-20b');
		expect(Array.isArray(body.messages)).toBe(true);
	});

	test.each([poison, '{"__proto__": 5}', '{"constructor": 5}'])(
		'are rejected as token IDs of a logit bias: %s',
		async (logitBias) => {
			const run = {
				baseUrl: simulator.baseUrl,
				parameters: chatParameters({ options: { logitBias } }),
			};
			await expect(runChatNode(run)).rejects.toThrow(/'Logit Bias'/);
		},
	);

	test.each(['__proto__', 'constructor', 'toString'])('are not choices: %s', async (word) => {
		const choices: INodeParameters[] = [
			{ messages: { values: [{ ...user, role: `={{ "${word}" }}` }] } },
			{ options: { reasoning: word } },
			{ retryPolicy: { retryOn: [word] } },
		];
		for (const changes of choices) {
			const run = { baseUrl: simulator.baseUrl, parameters: chatParameters(changes) };
			await expect(runChatNode(run)).rejects.toThrow(/has an unknown value/);
		}
	});

	test('do not turn an object with only a prototype into a message', async () => {
		const messagesJson = '[{"__proto__": {"role": "user", "content": "Hi"}}]';
		const changes = { specifyMessages: 'json', messagesJson };
		const run = { baseUrl: simulator.baseUrl, parameters: chatParameters(changes) };
		await expect(runChatNode(run)).rejects.toThrow(/is not a valid message/);
	});

	test.each([true, false])('do no harm in a completion, stream: %s', async (stream) => {
		const body = (message: JsonObject) => ({
			id: 'a',
			choices: [{ index: 0, [stream ? 'delta' : 'message']: message, finish_reason: 'stop' }],
		});
		const call = {
			index: 0,
			id: 'c',
			type: 'function',
			function: { name: '__proto__', arguments: poison },
		};
		const text = JSON.stringify(body({ role: 'assistant', content: poison, tool_calls: [call] }))
			.replace('"id":"a"', `"id":"a","__proto__":{"polluted":1},"constructor":{"polluted":1}`)
			.replace('"role":', `"__proto__":{"polluted":1},"constructor":"x","toString":"y","role":`);
		simulator.fault({
			fault: {
				kind: 'body',
				contentType: stream ? 'text/event-stream' : 'application/json',
				body: stream ? `data: ${text}\n\ndata: [DONE]\n\n` : text,
			},
		});
		for (const simplify of [true, false]) {
			const changes = { simplify, responseFormat: 'json_object', messages: { values: [user] } };
			const { items } = await runChatNode({
				baseUrl: simulator.baseUrl,
				parameters: chatParameters(changes),
			});
			const json = items[0]?.json as JsonObject;
			expect(Object.getPrototypeOf(json)).toBe(Object.prototype);
			expect(JSON.parse(JSON.stringify(json))).toBeTruthy();
			if (simplify) expect(json.toolCalls).toMatchObject([{ name: '__proto__' }]);
		}
	});

	test('do no harm in JSON output', async () => {
		const content = `[[answer: ${poison}]]`;
		const changes = { responseFormat: 'json_object', messages: { values: [{ ...user, content }] } };
		const { items } = await runChatNode({
			baseUrl: simulator.baseUrl,
			parameters: chatParameters(changes),
		});
		expect(JSON.stringify(items[0]?.json.output)).toBe(JSON.stringify(JSON.parse(poison)));
	});
});
