/* eslint-disable @n8n/community-nodes/no-restricted-imports -- not shipped: runs outside n8n */
import type { ServerResponse } from 'node:http';
import { sleep } from 'n8n-workflow';
import { readCompletion } from '../../../inference/completion/readCompletion';
import { readText } from '../../../inference/http/responseBody';
import type { TransportResponse } from '../../../inference/http/transport';
import { deltaEvent, event, failureOf, streamHeaders } from '../../support/cannedResponse';
import { hiddenText, listenersOf, useTransport } from '../../support/useTransport';
import { waitUntil } from '../../support/waitUntil';

const { simulator, send, respondWith, staySilent, respondHalf, isAborted } = useTransport();

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
					authorization: `Bearer ${hiddenText}`,
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

	test('removes the key and quotes of its request from a text', async () => {
		const prompt =
			'My patient Ann Smith, born on 1 May 1980 in Bern, has had a fever since Monday.';
		const body = { model: 'openai/gpt-oss-20b', messages: [{ role: 'user', content: prompt }] };
		const text = `Bad: ${hiddenText}, ${prompt}`;
		const request = { method: 'POST', path: '/chat/completions', body } as const;
		const response = await send(request);
		await readText(response.chunks);
		expect(response.redact(text)).toBe('Bad: […], […]');
		const other = await send();
		await readText(other.chunks);
		expect(other.redact(text)).toBe(`Bad: […], ${prompt}`);
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

describe('keep-alive messages', () => {
	const comment = ': ping\n\n';
	const timeoutMs = 300;

	/** Writes the text every 60 ms until the response ends. */
	async function keepWriting(response: ServerResponse, text: string): Promise<void> {
		response.writeHead(200, streamHeaders).flushHeaders();
		while (!response.closed && !response.writableEnded) {
			response.write(text);
			await sleep(60);
		}
	}

	const read = async (response: TransportResponse) =>
		await readCompletion(response, { choiceCount: 1 });

	test('alone keep a stream open for three timeouts', async () => {
		respondWith(async (response) => await keepWriting(response, comment));
		const response = await send({ timeoutMs });
		const startedMs = performance.now();
		expect(await failureOf(read(response))).toMatchObject({ kind: 'timeout' });
		const tookMs = performance.now() - startedMs;
		expect(tookMs).toBeGreaterThan(2.5 * timeoutMs);
		expect(tookMs).toBeLessThan(3 * timeoutMs + 2000);
		await waitUntil(isAborted);
	});

	test('keep a stream open for three more timeouts after each content', async () => {
		respondWith(async (response) => {
			const pings = keepWriting(response, comment);
			for (const text of ['One', 'Two']) {
				await sleep(2 * timeoutMs);
				response.write(deltaEvent({ content: text }));
			}
			await sleep(2 * timeoutMs);
			response.end(deltaEvent({}, 'stop') + event('[DONE]'));
			await pings;
		});
		const { choices } = await read(await send({ timeoutMs }));
		expect(choices[0]?.message.content).toBe('OneTwo');
	});

	test('keep a response open as long as its reader does not tell them from content', async () => {
		respondWith(async (response) => {
			const pings = keepWriting(response, '.');
			await sleep(4 * timeoutMs);
			response.end('!');
			await pings;
		});
		expect(await readText((await send({ timeoutMs })).chunks)).toMatch(/^\.+!$/);
	});
});
