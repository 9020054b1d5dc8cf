/* eslint-disable @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/no-restricted-globals -- not shipped: runs outside n8n */
import { inspect } from 'node:util';
import { supplyAgentModel } from '../support/agentModel';
import { runChatNode } from '../support/chatNode';
import {
	chatParameters,
	createExecuteContext,
	type NodeRun,
} from '../../tools/engine/createExecuteContext';
import type { Fault } from '../../tools/simulator/simulator';
import { useSimulator } from '../support/useSimulator';
import { WandbInferenceChat } from '../../nodes/WandbInferenceChat/WandbInferenceChat.node';

const simulator = useSimulator({ apiKeys: ['key-CANARY-of-the-account', 'simulator-key'] });
const other = useSimulator({ apiKeys: ['key-CANARY-of-the-account'] });

afterEach(() => jest.restoreAllMocks());

const apiKey = 'key-CANARY-of-the-account';
const prompt =
	'The CANARY diary of "my"\nsecret life, part 1, which nobody but me should ever get to read [[answer: fine]]';

/** All that n8n stores, shows, or mails of an error: text, JSON, stack, properties, and causes. */
function everythingOf(value: unknown): string {
	const parts = [inspect(value, { depth: 12, showHidden: true }), JSON.stringify(value)];
	for (let error = value; error instanceof Error; error = error.cause) {
		parts.push(String(error), error.stack ?? '', JSON.stringify(error));
	}
	return parts.join('\n');
}

/** All that the node outputs, throws, and logs. n8n stores the inputs anyway. */
async function tracesOf(run: Partial<NodeRun>): Promise<string> {
	const written: unknown[] = [];
	for (const level of ['log', 'info', 'warn', 'error', 'debug'] as const) {
		jest.spyOn(console, level).mockImplementation((...words) => void written.push(...words));
	}
	const context = createExecuteContext({
		baseUrl: simulator.baseUrl,
		credential: { apiKey },
		...run,
	});
	const log = (...words: unknown[]) => void written.push(...words);
	const logger = { info: log, warn: log, error: log, debug: log };
	Object.defineProperty(context, 'logger', { value: logger });
	const outcome: unknown = await new WandbInferenceChat().execute.call(context).then(
		([items]) => items?.map(({ json }) => json),
		(error: unknown) => [error],
	);
	const texts = Array.isArray(outcome) ? outcome.map(withoutNode).map(everythingOf) : [];
	return [...texts, everythingOf(context.hints), ...written.map(everythingOf)].join('\n');
}

/** An n8n error contains its node, whose parameters may contain the prompt. */
function withoutNode(value: unknown): unknown {
	if (value instanceof Error && 'node' in value) delete value.node;
	return value;
}

const quoting = (status: number, quote: string): Fault => ({
	kind: 'status',
	status,
	body: { error: { code: status, message: quote, param: quote } },
});

const leaks: Array<[string, Fault | undefined, Partial<NodeRun>]> = [
	[
		'an error response that quotes both',
		quoting(400, `Bad input '${prompt}' of Bearer ${apiKey}`),
		{},
	],
	['an error response that quotes the body', quoting(422, JSON.stringify({ content: prompt })), {}],
	['a 500 that quotes the body twice', quoting(500, JSON.stringify(JSON.stringify(prompt))), {}],
	['a wrong key, quoted', quoting(401, `Incorrect API key provided: ${apiKey}`), {}],
	['a concurrency 429', quoting(429, `Concurrency limit for ${apiKey}`), {}],
	[
		'an error inside a stream',
		{ kind: 'errorInStream', status: 500, message: `Lost '${prompt}' of ${apiKey}` },
		{},
	],
	[
		'a web page',
		{ kind: 'body', contentType: 'text/html', body: `<p>${prompt} ${apiKey}</p>` },
		{},
	],
	['a reset', { kind: 'reset', where: 'beforeHeaders' }, {}],
	['a broken stream', { kind: 'reset', where: 'inStream' }, {}],
	['silence', { kind: 'stall', where: 'beforeHeaders' }, {}],
	['a stream that ends early', { kind: 'endStreamEarly' }, {}],
	[
		'a redirect',
		{ kind: 'body', status: 302, body: '', headers: { location: `/${apiKey}?${apiKey}` } },
		{},
	],
	['no service', undefined, { baseUrl: 'http://127.0.0.1:9/v1' }],
	['no such host', undefined, { baseUrl: `http://${'x'.repeat(64)}.invalid/v1` }],
	['no TLS', undefined, { baseUrl: 'https://127.0.0.1:9/v1' }],
	['an invalid key', undefined, { credential: { apiKey: `${apiKey}é` } }],
	['the key as base URL', undefined, { credential: { apiKey, baseUrl: apiKey } }],
	['the key as project', undefined, { credential: { apiKey, project: apiKey } }],
];

const values = { values: [{ role: 'user', content: prompt }] };
const parameters = chatParameters({
	messages: values,
	retryPolicy: { maxRetries: 0, maxWait: 0 },
	options: { timeout: 0.2, fallbackModels: ['zai-org/GLM-5.1'] },
});

describe.each(leaks)('the key and the prompt appear nowhere in the output: %s', (_, fault, run) => {
	test.each(['stopWorkflow', 'continueRegularOutput'] as const)('under %s', async (onError) => {
		if (fault) simulator.fault({ fault });
		const traces = await tracesOf({ parameters, onError, ...run });
		expect(traces.length).toBeGreaterThan(100);
		expect(traces).not.toMatch(/CANARY|secret life/);
	});
});

test.each(leaks.filter(([, fault]) => fault))(
	'the key and the prompt appear in no error of the sub-node: %s',
	async (_, fault) => {
		if (fault) simulator.fault({ fault });
		const { model, logged } = await supplyAgentModel({
			baseUrl: simulator.baseUrl,
			credential: { apiKey },
			options: { maxRetries: 0, timeout: 0.2 },
		});
		const stop = new AbortController();
		const answering = model.invoke(prompt, { signal: stop.signal });
		// A 429 for concurrency is retried for minutes; stopping it ends in an error too.
		const waiting = setTimeout(() => stop.abort(), 1000);
		const failure: unknown = await answering.catch((error: unknown) => error);
		clearTimeout(waiting);
		expect(failure).toBeInstanceOf(Error);
		const errors = [failure, ...logged().map(({ error }) => error)];
		expect(errors.map(withoutNode).map(everythingOf).join('\n')).not.toMatch(/CANARY|secret life/);
	},
);

test('an invalid parameter that contains the prompt is named, not quoted', async () => {
	const invalid = [
		{ specifyMessages: 'json', messagesJson: `[{"role": "${prompt}` },
		{ responseFormat: 'json_schema', jsonSchema: prompt },
		{ tools: { values: [{ name: prompt, parameters: '{}' }] } },
		{ options: { extraBody: prompt } },
		{ options: { temperature: `={{ ${JSON.stringify(prompt)} }}` } },
		{ options: { logitBias: JSON.stringify({ [prompt]: 1 }) } },
		{ options: { extraHeaders: { values: [{ name: prompt, value: prompt }] } } },
		{ options: { extraHeaders: { values: [{ name: 'X-A', value: prompt }] } } },
	];
	for (const changes of invalid) {
		const traces = await tracesOf({ parameters: chatParameters(changes) });
		expect(traces).toMatch(/InferenceError|NodeOperationError/);
		expect(traces).not.toMatch(/CANARY|secret life/);
	}
	expect(simulator.requests).toEqual([]);
});

describe('redirects', () => {
	const statuses = [301, 302, 303, 307, 308];

	test.each(statuses)('a %i is not followed, on the same host or to another', async (status) => {
		for (const location of ['/v1/elsewhere', `${other.baseUrl}/chat/completions`]) {
			simulator.reset();
			simulator.fault({ fault: { kind: 'body', status, body: '', headers: { location } } });
			const run = { baseUrl: simulator.baseUrl, credential: { apiKey } };
			await expect(runChatNode(run)).rejects.toMatchObject({ httpCode: String(status) });
			expect(simulator.requests).toHaveLength(1);
		}
		expect(other.requests).toEqual([]);
	});

	test('a redirected list of models is not followed either', async () => {
		const location = `${other.baseUrl}/models`;
		const fault: Fault = { kind: 'body', status: 307, body: '', headers: { location } };
		simulator.fault({ path: 'models', fault });
		const listing = { resource: 'model', operation: 'getMany' };
		const run = { baseUrl: simulator.baseUrl, credential: { apiKey }, parameters: listing };
		await expect(runChatNode(run)).rejects.toMatchObject({ httpCode: '307' });
		expect(other.requests).toEqual([]);
	});
});
