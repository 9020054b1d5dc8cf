/* eslint-disable @n8n/community-nodes/no-restricted-imports -- not shipped: runs outside n8n */
import type { ServerResponse } from 'node:http';
import { sleep } from 'n8n-workflow';
import { readCompletion } from '../../../inference/completion/readCompletion';
import { readErrorResponse, readText } from '../../../inference/http/responseBody';
import {
	deltaEvent,
	event,
	failureOf,
	jsonHeaders,
	streamHeaders,
} from '../../support/cannedResponse';
import { listenersOf, useTransport } from '../../support/useTransport';
import { waitUntil } from '../../support/waitUntil';

const { simulator, send, respondWith, staySilent, respondHalf, isAborted } = useTransport();

describe('a response whose content is complete', () => {
	const usage = { prompt_tokens: 1, completion_tokens: 2, total_tokens: 3 };
	const answer = deltaEvent({ content: 'Hi' }, 'stop');
	const last = event({ id: 'a', choices: [], usage });

	/** Resolves with how long `work` took, and what it returned. */
	async function timed<Result>(work: Promise<Result>): Promise<{ result: Result; tookMs: number }> {
		const startedMs = performance.now();
		const result = await work;
		return { result, tookMs: performance.now() - startedMs };
	}

	/** Much less than the request's timeout, much more than the second that it should take. */
	const soonMs = 4000;

	test.each([
		['[DONE]', answer + event('[DONE]')],
		['an error behind the finish reason', answer + event({ error: { message: 'late' } })],
		['the finish reason and the usage', answer + last],
	])('soon ends if the stream stays open after %s', async (_, text) => {
		respondWith((response) => void response.writeHead(200, streamHeaders).write(text));
		const stop = new AbortController();
		const response = await send({ signal: stop.signal });
		const { result, tookMs } = await timed(readCompletion(response, { choiceCount: 1 }));
		expect(result.choices[0]?.message.content).toBe('Hi');
		expect(tookMs).toBeGreaterThan(500);
		expect(tookMs).toBeLessThan(soonMs);
		await waitUntil(isAborted);
		expect(listenersOf(stop.signal)).toBe(0);
	});

	test('soon ends even if the stream keeps sending comments', async () => {
		respondWith(async (response) => {
			response.writeHead(200, streamHeaders).write(answer + event('[DONE]'));
			while (!response.closed) {
				response.write(': ping\n\n');
				await sleep(100);
			}
		});
		const { result, tookMs } = await timed(readCompletion(await send(), { choiceCount: 1 }));
		expect(result.choices[0]?.message.content).toBe('Hi');
		expect(tookMs).toBeLessThan(soonMs);
	});

	test('does not end before the usage, which may follow the finish reason late', async () => {
		respondWith(async (response) => {
			response.writeHead(200, streamHeaders).write(answer);
			await sleep(1500);
			response.end(last + event('[DONE]'));
		});
		const completion = await readCompletion(await send(), { choiceCount: 1 });
		expect(completion.usage).toEqual(usage);
	});

	test('ends at once if the service ends it', async () => {
		respondWith((response) => {
			response.writeHead(200, streamHeaders).end(answer + event('[DONE]'));
		});
		const { chunks, finishWithin } = await send();
		finishWithin(3_600_000);
		expect((await timed(readText(chunks))).tookMs).toBeLessThan(soonMs);
		expect(simulator.requests[0]?.outcome).not.toBe('aborted');
	});

	test('ends at the first of the times that it was told', async () => {
		respondHalf();
		const { chunks, finishWithin } = await send();
		finishWithin(100);
		finishWithin(3_600_000);
		const { result, tookMs } = await timed(readText(chunks));
		expect(result).toBe('half');
		expect(tookMs).toBeLessThan(soonMs);
	});

	test.each<[string, () => void]>([
		['the timeout passes', respondHalf],
		[
			'the connection is lost',
			() =>
				respondWith((response) => {
					response.writeHead(200).write('half', () => response.destroy());
				}),
		],
	])('is no error if %s', async (_, begin) => {
		begin();
		const { chunks, finishWithin } = await send({ timeoutMs: 200 });
		finishWithin(3_600_000);
		expect(await readText(chunks)).toBe('half');
	});

	test('is an error if the execution stops', async () => {
		respondHalf();
		const stop = new AbortController();
		const { chunks, finishWithin } = await send({ signal: stop.signal });
		finishWithin(3_600_000);
		const failure = failureOf(readText(chunks));
		stop.abort();
		expect(await failure).toMatchObject({ kind: 'cancelled' });
	});

	test('has its message if the body of an error response never ends', async () => {
		const message = 'Concurrency limit reached for requests';
		respondWith((response) => {
			response.writeHead(429, { ...jsonHeaders, 'Retry-After': '2' });
			response.write(JSON.stringify({ error: { message } }));
		});
		const { result, tookMs } = await timed(readErrorResponse(await send()));
		expect(result).toMatchObject({ kind: 'concurrency', message, retryAfterMs: 2000 });
		expect(tookMs).toBeLessThan(soonMs);
		await waitUntil(isAborted);
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
