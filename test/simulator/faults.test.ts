/* eslint-disable @n8n/community-nodes/no-restricted-globals -- not shipped: runs outside n8n */
import OpenAI from 'openai';
import { openaiClient } from '../support/openaiClient';
import { startStrictSimulator, useSimulator } from '../support/useSimulator';
import type { Fault } from '../../tools/simulator/simulator';

const body = {
	model: 'deepseek-ai/DeepSeek-V4-Flash',
	messages: [{ role: 'user', content: '[[tokens: 20]]' }],
} satisfies OpenAI.ChatCompletionCreateParamsNonStreaming;

const simulator = useSimulator({ blockedRegionApiKeys: ['far-key'] });
let client: OpenAI;

beforeAll(() => {
	client = openaiClient(simulator);
});
afterEach(() => {
	simulator.concurrencyLimit = undefined;
});

async function post(fields: object = {}, signal?: AbortSignal): Promise<Response> {
	return await fetch(`${simulator.baseUrl}/chat/completions`, {
		method: 'POST',
		headers: { authorization: 'Bearer simulator-key', 'content-type': 'application/json' },
		body: JSON.stringify({ ...body, ...fields }),
		signal: signal ?? null,
	});
}

/** Reads the body until it ends or the connection breaks. */
async function readUntilEnd(response: Response): Promise<{ text: string; isBroken: boolean }> {
	const decoder = new TextDecoder();
	let text = '';
	try {
		for await (const chunk of response.body ?? []) text += decoder.decode(chunk, { stream: true });
	} catch {
		return { text, isBroken: true };
	}
	return { text, isBroken: false };
}

async function until(condition: () => boolean): Promise<void> {
	while (!condition()) await new Promise((resolve) => setTimeout(resolve, 2));
}

test.each([
	['wrong-key', undefined, OpenAI.AuthenticationError, 'Authentication failed'],
	['simulator-key', 'no-slash', OpenAI.AuthenticationError, 'Authentication failed'],
	['broke-key', undefined, OpenAI.APIError, 'You exceeded your current quota'],
	['far-key', undefined, OpenAI.PermissionDeniedError, 'Country, region'],
	['personal-key', undefined, OpenAI.RateLimitError, "isn't available for personal accounts"],
])('rejects the key %s with the project %s', async (apiKey, project, errorClass, message) => {
	const rejected = openaiClient(simulator, { apiKey, project: project ?? null });
	const failure = await rejected.chat.completions.create(body).catch((error: unknown) => error);
	expect(failure).toBeInstanceOf(errorClass);
	expect(String(failure)).toContain(message);
});

test('lets a personal key use a project, but only one that exists', async () => {
	const personal = openaiClient(simulator, { apiKey: 'personal-key', project: 'team/one' });
	await expect(personal.chat.completions.create(body)).resolves.toHaveProperty('choices');
	const strict = await startStrictSimulator({ projects: ['team/two'] });
	const wrongProject = openaiClient(strict, { project: 'team/one' });
	await expect(wrongProject.models.list()).rejects.toBeInstanceOf(OpenAI.AuthenticationError);
	await strict.close();
});

test.each([
	['messages', { messages: [] }],
	['messages[0].role', { messages: [{ role: 'robot', content: '' }] }],
	['messages[0].tool_call_id', { messages: [{ role: 'tool', content: 'x' }] }],
	['temperature', { temperature: 2.1 }],
	['temperature', { temperature: '1' }],
	['max_tokens', { max_tokens: 0 }],
	['n', { n: 1.5 }],
	['logit_bias.50', { logit_bias: { 50: 101 } }],
	['stop', { stop: ['a', 'b', 'c', 'd', 'e'] }],
	['top_logprobs', { top_logprobs: 2 }],
	['cache_salt', { cache_salt: '' }],
	['stream_options', { stream_options: { include_usage: true } }],
	['tool_choice', { tool_choice: 'required' }],
	['response_format.json_schema', { response_format: { type: 'json_schema' } }],
])('names the parameter %s if it is invalid', async (parameter, fields) => {
	const response = await post(fields);
	expect(response.status).toBe(400);
	const { error } = (await response.json()) as { error: { code: number; message: string } };
	expect(error.code).toBe(400);
	expect(error.message).toContain(`'${parameter}'`);
});

test('ignores unknown fields and treats null as not set', async () => {
	const response = await post({ top_k: 5, unheard_of: true, temperature: null, stop: null });
	expect(response.status).toBe(200);
});

test('responds with 404 to an unknown model or path and with 400 to invalid JSON', async () => {
	const unknown = await post({ model: 'wandb/openai/gpt-oss-20b' });
	expect(unknown.status).toBe(404);
	expect(await unknown.text()).toContain('wandb/openai/gpt-oss-20b');
	const headers = { authorization: 'Bearer simulator-key' };
	expect((await fetch(`${simulator.baseUrl}/embeddings`, { headers })).status).toBe(404);
	const url = `${simulator.baseUrl}/chat/completions`;
	expect((await fetch(url, { method: 'POST', headers, body: '{"model":' })).status).toBe(400);
});

test('serves a fine-tuned artifact only with a project', async () => {
	const artifact = { ...body, model: 'wandb-artifact:///team/project/tuned:v1' };
	await expect(client.chat.completions.create(artifact)).rejects.toHaveProperty('status', 404);
	const withProject = openaiClient(simulator, { project: 'team/project' });
	await expect(withProject.chat.completions.create(artifact)).resolves.toHaveProperty(
		'model',
		artifact.model,
	);
});

test('enforces the concurrency limit per project, even after it changes', async () => {
	const limited = await startStrictSimulator({
		concurrencyLimit: 2,
		latency: { kind: 'constant', ms: 300 },
	});
	const run = async (count: number, project: string | null) => {
		const limitedClient = openaiClient(limited, { project });
		const statuses = Array.from({ length: count }, async () => {
			const failure = await limitedClient.chat.completions
				.create(body)
				.catch((error: unknown) => error);
			return failure instanceof OpenAI.RateLimitError ? 429 : 200;
		});
		return (await Promise.all(statuses)).filter((status) => status === 200).length;
	};
	expect(await Promise.all([run(5, null), run(5, 'team/a')])).toEqual([2, 2]);
	expect(limited.statistics).toMatchObject({ maxInFlight: 4, inFlight: 0, itemsAnswered: 4 });
	expect(limited.statistics.byStatus).toEqual({ 200: 4, 429: 6 });
	limited.concurrencyLimit = 4;
	expect(await run(5, null)).toBe(4);
	await limited.close();
});

test('releases the slot immediately when the client disconnects', async () => {
	simulator.concurrencyLimit = 1;
	simulator.fault({ times: 1, fault: { kind: 'stall', where: 'inStream', afterEvents: 3 } });
	const controller = new AbortController();
	const response = await post({ stream: true }, controller.signal);
	expect((await post()).status).toBe(429);
	expect(simulator.statistics.inFlight).toBe(1);
	controller.abort();
	await until(() => simulator.statistics.inFlight === 0);
	expect((await readUntilEnd(response)).isBroken).toBe(true);
	expect((await post()).status).toBe(200);
	expect(simulator.requests[0]).toMatchObject({ outcome: 'aborted', status: 200 });
	expect(simulator.statistics.aborted).toBe(1);
});

test.each([
	[400, OpenAI.BadRequestError],
	[401, OpenAI.AuthenticationError],
	[403, OpenAI.PermissionDeniedError],
	[404, OpenAI.NotFoundError],
	[429, OpenAI.RateLimitError],
	[500, OpenAI.InternalServerError],
	[502, OpenAI.InternalServerError],
	[503, OpenAI.InternalServerError],
])('fails with status %i on demand', async (status, errorClass) => {
	simulator.fault({ fault: { kind: 'status', status, retryAfter: '7' } });
	const failure = await client.chat.completions.create(body).catch((error: unknown) => error);
	expect(failure).toBeInstanceOf(errorClass);
	expect((failure as InstanceType<typeof OpenAI.APIError>).headers?.get('retry-after')).toBe('7');
});

test('affects every nth request, the first ones, a model, or a reproducible random selection', async () => {
	const statuses = async (count: number, fields = {}) => {
		const seen: number[] = [];
		while (seen.length < count) seen.push((await post(fields)).status);
		return seen;
	};
	const fault = { kind: 'status', status: 503 } satisfies Fault;
	simulator.fault({ when: { every: 3 }, times: 1, fault });
	expect(await statuses(6)).toEqual([200, 200, 503, 200, 200, 200]);
	simulator.reset();
	simulator.fault({ when: { first: 2, model: 'openai/gpt-oss-20b' }, fault });
	expect(await statuses(2)).toEqual([200, 200]);
	expect(await statuses(3, { model: 'openai/gpt-oss-20b' })).toEqual([503, 503, 200]);
	simulator.reset();
	simulator.fault({ when: { probability: 0.5 }, fault });
	const drawn = await statuses(20);
	expect(new Set(drawn)).toEqual(new Set([200, 503]));
	simulator.reset();
	simulator.fault({ when: { probability: 0.5 }, fault });
	expect(await statuses(20)).toEqual(drawn);
});

test('resets the connection before the headers, in the body, and in the stream', async () => {
	simulator.fault({ times: 1, fault: { kind: 'reset', where: 'beforeHeaders' } });
	await expect(post()).rejects.toThrow();
	simulator.fault({ times: 1, fault: { kind: 'reset', where: 'inBody' } });
	const half = await readUntilEnd(await post());
	expect(half.isBroken).toBe(true);
	expect(half.text).toMatch(/^\{"id"/);
	simulator.fault({ times: 1, fault: { kind: 'reset', where: 'inStream', afterEvents: 4 } });
	const events = await readUntilEnd(await post({ stream: true }));
	expect(events.isBroken).toBe(true);
	expect(events.text.match(/^data: /gm)).toHaveLength(4);
	expect(simulator.requests.map(({ outcome }) => outcome)).toEqual(['reset', 'reset', 'reset']);
	expect(simulator.statistics).toMatchObject({ inFlight: 0, aborted: 0, itemsAnswered: 0 });
});

test('ends a stream early, inserts an error into it, or sends any other response', async () => {
	simulator.fault({ times: 1, fault: { kind: 'endStreamEarly' } });
	const early = await readUntilEnd(await post({ stream: true }));
	expect(early.isBroken).toBe(false);
	expect(early.text).not.toMatch(/\[DONE\]|"finish_reason":"/);
	simulator.fault({ times: 1, fault: { kind: 'errorInStream', status: 503 } });
	const failing = client.chat.completions.stream({ ...body, stream: true });
	await expect(failing.finalContent()).rejects.toThrow('currently overloaded');
	simulator.fault({
		times: 1,
		fault: { kind: 'body', contentType: 'text/html', body: '<p>Hi</p>' },
	});
	expect(await (await post()).text()).toBe('<p>Hi</p>');
	simulator.fault({ times: 1, fault: { kind: 'body', status: 204, body: '' } });
	expect((await post()).status).toBe(204);
	simulator.fault({
		times: 1,
		fault: { kind: 'custom', handle: (request, response) => void response.end(request.method) },
	});
	expect(await (await post()).text()).toBe('POST');
	await until(() => simulator.statistics.inFlight === 0);
});

test('reports that its port is in use', async () => {
	await expect(startStrictSimulator({ port: simulator.port })).rejects.toThrow(
		`Port ${simulator.port} on 127.0.0.1 is already in use`,
	);
});

test('closes stalled connections when it is closed', async () => {
	const stalled = await startStrictSimulator();
	stalled.fault({ fault: { kind: 'stall', where: 'beforeHeaders' } });
	const waiting = openaiClient(stalled).chat.completions.create(body);
	const failure = expect(waiting).rejects.toBeInstanceOf(OpenAI.APIConnectionError);
	await until(() => stalled.statistics.inFlight === 1);
	await stalled.close();
	await failure;
});
