/* eslint-disable @n8n/community-nodes/no-restricted-imports -- not shipped: runs outside n8n */
import { getEventListeners } from 'node:events';
import type { ServerResponse } from 'node:http';
import { sleep } from 'n8n-workflow';
import { readText } from '../../../inference/http/responseBody';
import { createTransport, type TransportRequest } from '../../../inference/http/transport';
import { failureOf } from '../../support/cannedResponse';
import { createExecuteContext, type NodeRun } from '../../../tools/engine/createExecuteContext';
import { useSimulator } from '../../support/useSimulator';
import { waitUntil } from '../../support/waitUntil';

const simulator = useSimulator();

async function send(request: Partial<TransportRequest> = {}, run: Partial<NodeRun> = {}) {
	const { baseUrl } = simulator;
	const transport = createTransport(createExecuteContext({ baseUrl, ...run }), baseUrl);
	return await transport({ method: 'GET', path: '/models', timeoutMs: 20000, ...request });
}

/** The service responds with what `handle` writes. */
function respondWith(handle: (response: ServerResponse) => void | Promise<void>): void {
	simulator.fault({
		path: 'models',
		fault: { kind: 'custom', handle: (_, response) => handle(response) },
	});
}

const staySilent = () => respondWith(() => undefined);
const respondHalf = () => respondWith((response) => void response.writeHead(200).write('half'));
const listenersOf = (signal: AbortSignal) => getEventListeners(signal, 'abort').length;
const isAborted = () => simulator.requests[0]?.outcome === 'aborted';

describe('a request', () => {
	test('is sent with the key, an Accept header, and its own headers', async () => {
		const headers = { 'X-A': '1' };
		const body = { model: 'openai/gpt-oss-20b', messages: [{ role: 'user', content: 'Hi' }] };
		await readText(
			(await send({ method: 'POST', path: '/chat/completions', headers, body })).chunks,
		);
		expect(simulator.requests).toMatchObject([
			{
				method: 'POST',
				path: '/v1/chat/completions',
				body,
				headers: {
					authorization: 'Bearer simulator-key',
					accept: 'application/json, text/event-stream',
					'x-a': '1',
				},
			},
		]);
	});

	test('may override the Accept header', async () => {
		await readText((await send({ headers: { Accept: 'text/plain' } })).chunks);
		expect(simulator.requests[0]?.headers.accept).toBe('text/plain');
	});
});

describe('a response', () => {
	test('has its status, even an error, and its headers as text with names in lower case', async () => {
		respondWith((response) => {
			response.writeHead(418, { 'X-Request-ID': 'one', 'Set-Cookie': ['a=1', 'b=2'] }).end('tea');
		});
		const { status, headers, chunks } = await send();
		expect({ status, text: await readText(chunks) }).toEqual({ status: 418, text: 'tea' });
		expect(headers).toMatchObject({ 'x-request-id': 'one', 'set-cookie': 'a=1,b=2' });
	});

	test('is returned before its body has ended', async () => {
		let end = () => {};
		respondWith((response) => {
			response.writeHead(200).write('one');
			end = () => void response.end('two');
		});
		const { chunks } = await send();
		expect(String((await chunks.next()).value)).toBe('one');
		end();
		expect(await readText(chunks)).toBe('two');
	});

	test('closes the connection if only a part of it is read', async () => {
		respondHalf();
		const stop = new AbortController();
		const { chunks } = await send({ signal: stop.signal });
		await chunks.next();
		await chunks.return();
		await waitUntil(isAborted);
		expect(listenersOf(stop.signal)).toBe(0);
	});
});

describe('the timeout', () => {
	const timedOut = { kind: 'timeout', message: 'The service sent nothing for 0.2 seconds' };

	test('ends the request before the head', async () => {
		staySilent();
		expect(await failureOf(send({ timeoutMs: 200 }))).toMatchObject(timedOut);
		await waitUntil(isAborted);
	});

	test('ends the request inside the body', async () => {
		respondHalf();
		const { chunks } = await send({ timeoutMs: 200 });
		expect(await failureOf(readText(chunks))).toMatchObject(timedOut);
		await waitUntil(isAborted);
	});

	test('starts again at the head and at every byte', async () => {
		respondWith(async (response) => {
			await sleep(250);
			response.writeHead(200).flushHeaders();
			for (const text of ['a', 'b']) {
				await sleep(250);
				response.write(text);
			}
			response.end();
		});
		expect(await readText((await send({ timeoutMs: 400 })).chunks)).toBe('ab');
	});

	test('is off if it is 0', async () => {
		respondWith(async (response) => {
			await sleep(20);
			response.end('late');
		});
		expect(await readText((await send({ timeoutMs: 0 })).chunks)).toBe('late');
	});
});

describe('Stop', () => {
	const cancelled = { kind: 'cancelled' };

	test('sends nothing if it comes before the request', async () => {
		expect(await failureOf(send({ signal: AbortSignal.abort() }))).toMatchObject(cancelled);
		expect(simulator.requests).toEqual([]);
	});

	test('ends the request before the head', async () => {
		staySilent();
		const stop = new AbortController();
		const failure = failureOf(send({ signal: stop.signal, timeoutMs: 0 }));
		await waitUntil(() => simulator.requests.length > 0);
		stop.abort();
		expect(await failure).toMatchObject(cancelled);
		await waitUntil(isAborted);
		expect(listenersOf(stop.signal)).toBe(0);
	});

	test('ends the request inside the body', async () => {
		respondHalf();
		const stop = new AbortController();
		const { chunks } = await send({ signal: stop.signal });
		const failure = failureOf(readText(chunks));
		stop.abort();
		expect(await failure).toMatchObject(cancelled);
		await waitUntil(isAborted);
	});

	test('is no longer listened for after the response was read', async () => {
		const { signal } = new AbortController();
		const { chunks } = await send({ signal });
		expect(listenersOf(signal)).toBeGreaterThan(0);
		await readText(chunks);
		expect(listenersOf(signal)).toBe(0);
	});
});

describe('a lost connection', () => {
	const lost = { kind: 'connection', message: expect.stringContaining('127.0.0.1') as string };

	test.each([
		['before the head', (response: ServerResponse) => void response.destroy()],
		[
			'inside the body',
			(response: ServerResponse) =>
				void response.writeHead(200).write('half', () => response.destroy()),
		],
	])('%s names the address', async (_, handle) => {
		respondWith(handle);
		const { signal } = new AbortController();
		const reading = send({ signal }).then(async ({ chunks }) => await readText(chunks));
		expect(await failureOf(reading)).toMatchObject(lost);
		expect(listenersOf(signal)).toBe(0);
	});
});
