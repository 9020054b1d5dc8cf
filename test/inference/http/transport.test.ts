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

/** The service answers with what `handle` writes. */
function answerWith(handle: (response: ServerResponse) => void | Promise<void>): void {
	simulator.fault({
		path: 'models',
		fault: { kind: 'custom', handle: (_, response) => handle(response) },
	});
}

const silence = () => answerWith(() => undefined);
const halfAnAnswer = () => answerWith((response) => void response.writeHead(200).write('half'));
const listenersOf = (signal: AbortSignal) => getEventListeners(signal, 'abort').length;
const isAborted = () => simulator.requests[0]?.outcome === 'aborted';

describe('a request', () => {
	test('goes out with the key, what it accepts and headers of its own', async () => {
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

	test('may name what it accepts', async () => {
		await readText((await send({ headers: { Accept: 'text/plain' } })).chunks);
		expect(simulator.requests[0]?.headers.accept).toBe('text/plain');
	});
});

describe('an answer', () => {
	test('comes with its status, whatever it is, and headers in lower case as text', async () => {
		answerWith((response) => {
			response.writeHead(418, { 'X-Request-ID': 'one', 'Set-Cookie': ['a=1', 'b=2'] }).end('tea');
		});
		const { status, headers, chunks } = await send();
		expect({ status, text: await readText(chunks) }).toEqual({ status: 418, text: 'tea' });
		expect(headers).toMatchObject({ 'x-request-id': 'one', 'set-cookie': 'a=1,b=2' });
	});

	test('is there before its body has ended', async () => {
		let end = () => {};
		answerWith((response) => {
			response.writeHead(200).write('one');
			end = () => void response.end('two');
		});
		const { chunks } = await send();
		expect(String((await chunks.next()).value)).toBe('one');
		end();
		expect(await readText(chunks)).toBe('two');
	});

	test('of which somebody reads a part only ends the connection', async () => {
		halfAnAnswer();
		const stop = new AbortController();
		const { chunks } = await send({ signal: stop.signal });
		await chunks.next();
		await chunks.return();
		await waitUntil(isAborted);
		expect(listenersOf(stop.signal)).toBe(0);
	});
});

describe('silence', () => {
	const spoken = { kind: 'timeout', message: 'The service sent nothing for 0.2 seconds' };

	test('before the head ends the request', async () => {
		silence();
		expect(await failureOf(send({ timeoutMs: 200 }))).toMatchObject(spoken);
		await waitUntil(isAborted);
	});

	test('inside the body ends the request', async () => {
		halfAnAnswer();
		const { chunks } = await send({ timeoutMs: 200 });
		expect(await failureOf(readText(chunks))).toMatchObject(spoken);
		await waitUntil(isAborted);
	});

	test('counts anew from the head and from every byte', async () => {
		answerWith(async (response) => {
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

	test('lasts as long as it likes with a timeout of 0', async () => {
		answerWith(async (response) => {
			await sleep(20);
			response.end('late');
		});
		expect(await readText((await send({ timeoutMs: 0 })).chunks)).toBe('late');
	});
});

describe('Stop', () => {
	const cancelled = { kind: 'cancelled' };

	test('that came before sends nothing', async () => {
		expect(await failureOf(send({ signal: AbortSignal.abort() }))).toMatchObject(cancelled);
		expect(simulator.requests).toEqual([]);
	});

	test('before the head ends the request', async () => {
		silence();
		const stop = new AbortController();
		const failure = failureOf(send({ signal: stop.signal, timeoutMs: 0 }));
		await waitUntil(() => simulator.requests.length > 0);
		stop.abort();
		expect(await failure).toMatchObject(cancelled);
		await waitUntil(isAborted);
		expect(listenersOf(stop.signal)).toBe(0);
	});

	test('inside the body ends the request', async () => {
		halfAnAnswer();
		const stop = new AbortController();
		const { chunks } = await send({ signal: stop.signal });
		const failure = failureOf(readText(chunks));
		stop.abort();
		expect(await failure).toMatchObject(cancelled);
		await waitUntil(isAborted);
	});

	test('is no longer listened for once the answer was read', async () => {
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
		answerWith(handle);
		const { signal } = new AbortController();
		const reading = send({ signal }).then(async ({ chunks }) => await readText(chunks));
		expect(await failureOf(reading)).toMatchObject(lost);
		expect(listenersOf(signal)).toBe(0);
	});
});
