import { randomUUID } from 'node:crypto';
import type { JsonObject } from 'n8n-workflow';
import { outputItems } from '../../tools/n8n/executions';
import type { Fault } from '../../tools/simulator/simulator';
import { credentialName, openN8nSession, type N8nSession } from './support/openN8nSession';
import { postAndWatch, textOf, textPieces } from './support/postAndWatch';
import { startGateway, type Gateway } from './support/startGateway';
import { suiteAddress } from './support/suite';
import {
	agent,
	calculator,
	chatModel,
	chatNode,
	items,
	manualTrigger,
	webhook,
	workflowOf,
} from './support/workflows';

const installWithinMs = 300_000;
const nodeName = 'W&B Inference Chat';
const tokenCount = 100;
/** Does not reason first, so that its text starts right away. */
const plainModel = { __rl: true, mode: 'id', value: 'google/gemma-4-31B-it' };
let session: N8nSession;
let gateway: Gateway;

/** Points the credential to the gateway, as a user would. */
async function enterGateway(fields: JsonObject = {}) {
	const data = { apiKey: 'simulator-key', project: '', baseUrl: gateway.baseUrl, weaveUrl: '' };
	const credential = { type: 'wandbInferenceApi', data: { ...data, ...fields } };
	const saved = await session.client.saveCredential({ ...credential, name: credentialName });
	return { ...credential, ...saved };
}

beforeAll(async () => {
	session = await openN8nSession({ tokensPerSecond: 60 });
	gateway = await startGateway();
}, installWithinMs);
beforeEach(async () => {
	session.simulator.reset();
	await enterGateway();
});
afterAll(async () => {
	await gateway.stop();
	await session.close();
});

/** What the gateway must be told: which kind of service it is for, and where that is. */
const gatewayHeaders = () => ({
	'x-portkey-provider': 'openai',
	'x-portkey-custom-host': session.simulator.baseUrl,
});

function withHeaders(options: JsonObject = {}): JsonObject {
	const values = Object.entries(gatewayHeaders()).map(([name, value]) => ({ name, value }));
	return { ...options, extraHeaders: { values } };
}

/** The JSON of the item that the node outputs, also for an error. */
async function ask(content: string, parameters: JsonObject = {}) {
	const all = { options: withHeaders(), ...parameters };
	const node = chatNode(content, all, { onError: 'continueRegularOutput' });
	const execution = await session.run(workflowOf('Gateway', [manualTrigger(), node]));
	return outputItems(execution, nodeName)[0]?.json;
}

test.each([true, false])('an answer and its usage arrive, with Stream %s', async (stream) => {
	const output = await ask('Hello [[answer: Hi there]]', { options: withHeaders({ stream }) });
	expect(output).toMatchObject({
		output: 'Hi there',
		finishReason: 'stop',
		usage: { completionTokens: expect.any(Number) as number },
	});
	expect(session.simulator.requests).toMatchObject([
		{ body: { stream }, headers: { authorization: 'Bearer simulator-key' } },
	]);
});

test('a streaming webhook passes the text on as the service writes it', async () => {
	const path = randomUUID();
	const node = chatNode(`A story [[tokens: ${tokenCount}]]`, {
		model: plainModel,
		options: withHeaders(),
	});
	await session.publishWorkflow(workflowOf('Live', [webhook(path, 'streaming'), node]));
	let textBeforeTheEnd = 0;
	const url = `${suiteAddress().n8nUrl}/webhook/${path}`;
	const arrivals = await postAndWatch(url, {}, ({ type, content }) => {
		const isWriting = session.simulator.statistics.inFlight > 0;
		if (type === 'item' && content !== '' && isWriting) textBeforeTheEnd += 1;
	});
	expect(textPieces(arrivals).length).toBeGreaterThan(tokenCount / 4);
	expect(textBeforeTheEnd).toBeGreaterThan(tokenCount / 4);
	expect(textOf(arrivals)).toMatch(/\w+ \w+/);
});

test.each([true, false])('the model calls a tool, with Stream %s', async (stream) => {
	const parameters = '{"type": "object", "properties": {"id": {"type": "string"}}}';
	const tools = { values: [{ name: 'find', description: 'Finds', parameters, strict: false }] };
	const options = withHeaders({ stream });
	expect(await ask('Find [[call: find {"id": "A-1"}]]', { tools, options })).toMatchObject({
		toolCalls: [{ name: 'find', arguments: { id: 'A-1' } }],
		finishReason: 'tool_calls',
	});
});

test.each([true, false])('the answer follows a JSON Schema, with Stream %s', async (stream) => {
	const jsonSchema = '{"type": "object", "properties": {"mood": {"enum": ["good"]}}}';
	const options = withHeaders({ stream });
	const output = await ask('How?', { responseFormat: 'json_schema', jsonSchema, options });
	expect(output).toMatchObject({ output: { mood: 'good' } });
	expect(session.simulator.requests).toMatchObject([
		{ body: { response_format: { json_schema: { schema: JSON.parse(jsonSchema) as object } } } },
	]);
});

test.each<[string, Fault]>([
	['a 429 for concurrency', { kind: 'status', status: 429, reason: 'concurrency' }],
	['a 503', { kind: 'status', status: 503 }],
	['a 500', { kind: 'status', status: 500 }],
	['a lost connection', { kind: 'reset', where: 'beforeHeaders' }],
])('%s is retried', async (_name, fault) => {
	session.simulator.fault({ times: 1, fault });
	expect(await ask('[[answer: Here]]')).toMatchObject({ output: 'Here', attempts: 2 });
	expect(session.simulator.requests).toHaveLength(2);
});

test.each<[string, Fault, string]>([
	['a 401', { kind: 'status', status: 401 }, 'authentication'],
	['a 402', { kind: 'status', status: 402 }, 'quota'],
	['a 429 for the quota', { kind: 'status', status: 429, reason: 'quota' }, 'quota'],
	['a 404', { kind: 'status', status: 404 }, 'notFound'],
])('%s is not retried, and has its own kind', async (_name, fault, kind) => {
	session.simulator.fault({ fault });
	expect(await ask('Hello')).toMatchObject({
		error: expect.stringMatching(/\S/) as string,
		details: { kind, attempts: 1 },
	});
	expect(session.simulator.requests).toHaveLength(1);
});

test('an agent uses a tool', async () => {
	const chatInput = 'How much is 6 * 7? [[call: Calculator {"input": "6 * 7"}]]';
	const options = withHeaders();
	const execution = await session.run(
		workflowOf('Agent', [manualTrigger(), items([{ chatInput }]), agent()], {
			attached: [
				{ node: chatModel({ options }), as: 'ai_languageModel' },
				{ node: calculator(), as: 'ai_tool' },
			],
		}),
	);
	expect(outputItems(execution, 'AI Agent')[0]?.json.output).toContain('42');
	expect(session.simulator.requests).toHaveLength(2);
});

test('a chat without the headers of the gateway fails with its message', async () => {
	expect(await ask('Hello', { options: {} })).toMatchObject({
		error: expect.stringMatching(/x-portkey-provider header is required/) as string,
		details: { kind: 'badRequest', status: 400, attempts: 1 },
	});
	expect(session.simulator.requests).toHaveLength(0);
});

/** What the editor requests for 'From List'. */
async function listModels(): Promise<string[]> {
	const { id, name } = session.credential;
	const list = await session.client.request<{ results: Array<{ value: string }> }>(
		'POST',
		'dynamic-node-parameters/resource-locator-results',
		{
			path: 'parameters.model',
			methodName: 'searchModels',
			nodeTypeAndVersion: { name: 'n8n-nodes-wandb-inference.wandbInferenceChat', version: 1 },
			currentNodeParameters: {},
			credentials: { wandbInferenceApi: { id, name } },
		},
	);
	return list.results.map(({ value }) => value);
}

test('without the headers in the credential, model list and credential test fail', async () => {
	const credential = await enterGateway({ headers: '{}' });
	await expect(listModels()).rejects.toThrow(/x-portkey-provider header is required/);
	expect(await session.client.testCredential(credential)).toMatchObject({ status: 'Error' });
	expect(session.simulator.requests).toHaveLength(0);
});

test('with the headers in the credential, they work, and a chat needs no others', async () => {
	const credential = await enterGateway({ headers: JSON.stringify(gatewayHeaders()) });
	expect(await listModels()).toContain('openai/gpt-oss-20b');
	expect(await session.client.testCredential(credential)).toMatchObject({ status: 'OK' });
	expect(await ask('[[answer: Here]]', { options: {} })).toMatchObject({ output: 'Here' });
	expect(session.simulator.requests.map(({ path }) => path)).toEqual([
		'/v1/models',
		'/v1/models',
		'/v1/chat/completions',
	]);
});
