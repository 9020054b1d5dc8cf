import type { JsonObject } from 'n8n-workflow';
import { completeChat, type ChatOptions } from '../../inference/completeChat';
import type { ChatRequest } from '../../inference/chatRequest';
import { InferenceError } from '../../inference/InferenceError';
import { Governor } from '../../inference/pacing/Governor';
import { AdaptiveLimiter } from '../../inference/pacing/limiter';
import type { TransportRequest, TransportResponse } from '../../inference/http/transport';
import {
	chunksOf,
	deltaEvent,
	event,
	failureOf,
	jsonHeaders,
	streamHeaders,
} from '../support/cannedResponse';
import { FakeClock } from '../support/fakeClock';

const hiddenText = 'wandb-key-0123456789';
const prompt = 'Ann Smith, born 1 May 1980, has\na "rare" illness.';

const request: ChatRequest = {
	model: 'first',
	messages: [{ role: 'user', content: prompt }],
	fields: {},
	responseFormat: { type: 'text' },
	tools: [],
	stream: true,
	extraBody: {},
};

const responseWith =
	(status: number, body: string, headers: Record<string, string> = jsonHeaders) =>
	(): TransportResponse => ({ status, headers, chunks: chunksOf([body]) });
const errorResponse = (status: number, message: string, headers = {}) =>
	responseWith(status, JSON.stringify({ error: { message } }), { ...jsonHeaders, ...headers });
const streamOf = (pieces: string[]) => (): TransportResponse => ({
	status: 200,
	headers: streamHeaders,
	chunks: chunksOf(pieces),
});
const success = streamOf([deltaEvent({ content: 'Hi' }, 'stop'), event('[DONE]')]);

/** Sends the request; each response is returned once, in order, and then the successful one. */
function send(
	responses: Array<() => TransportResponse>,
	options: Partial<ChatOptions> = {},
	chatRequest = request,
) {
	const clock = new FakeClock(() => 0);
	const governor = new Governor(new AdaptiveLimiter(), clock);
	const sent: Array<{ request: TransportRequest; inFlight: number; atMs: number }> = [];
	const outcome = completeChat(
		{
			clock,
			apiKey: hiddenText,
			governorFor: () => governor,
			transport: async (transportRequest) => {
				sent.push({ request: transportRequest, inFlight: governor.inFlight, atMs: clock.now() });
				return await Promise.resolve((responses[sent.length - 1] ?? success)());
			},
		},
		chatRequest,
		{
			retryPolicy: { maxRetries: 5, retryOn: new Set(['429', '503']), maxWaitMs: 300_000 },
			fallbackModels: [],
			extraHeaders: {},
			throughput: { mode: 'adaptive', maxConcurrency: Infinity },
			timeoutMs: 1000,
			...options,
		},
	);
	return { clock, governor, sent, outcome: clock.runUntil(outcome) };
}

describe('completeChat', () => {
	test('returns the completion, the number of requests, and the ID of the last one', async () => {
		const overload = errorResponse(503, 'overloaded', { 'x-request-id': 'one' });
		const body = '{"choices":[{"index":0,"message":{"role":"assistant","content":"Hi"}}]}';
		const last = responseWith(200, body, { ...jsonHeaders, 'x-request-id': 'two' });
		const { outcome, sent } = send([overload, last]);
		const { completion, attempts, requestId } = await outcome;
		expect(completion.choices[0]?.message.content).toBe('Hi');
		expect({ attempts, requestId }).toEqual({ attempts: 2, requestId: 'two' });
		expect(sent.map(({ atMs }) => atMs)).toEqual([0, 1000]);
	});

	test.each([
		[Infinity, 8],
		[3, 3],
	])('with a maximum of %d, reports %d as the concurrency limit', async (maxConcurrency, limit) => {
		const { outcome } = send([], { throughput: { mode: 'adaptive', maxConcurrency } });
		expect(await outcome).toMatchObject({ concurrencyLimit: limit });
	});

	test('has a permit while it sends and none while it waits', async () => {
		const { clock, governor, sent, outcome } = send([errorResponse(503, 'overloaded')]);
		const seen: number[] = [];
		void clock.sleep(500).then(() => seen.push(governor.inFlight));
		await outcome;
		expect(sent.map(({ inFlight }) => inFlight)).toEqual([1, 1]);
		expect(seen).toEqual([0]);
		expect(governor.isIdle).toBe(true);
	});

	test.each<[string, () => TransportResponse, Partial<ChatOptions>]>([
		['an error response', errorResponse(400, 'bad'), {}],
		['a response that is not a completion', responseWith(200, '<html>'), {}],
		['a stream that ends early', streamOf([deltaEvent({ content: 'Hi' })]), {}],
		['an error inside the stream', streamOf([event({ error: 'x' })]), {}],
		[
			'a transport error',
			() => {
				throw new InferenceError('lost', { kind: 'connection' });
			},
			{},
		],
		[
			'an unexpected error in the transport',
			() => {
				throw new TypeError('unexpected');
			},
			{},
		],
		[
			'an error in the listener',
			success,
			{ onText: async () => await Promise.reject(new Error('no')) },
		],
	])('ends its permit after %s', async (_, first, options) => {
		const { governor, outcome, sent } = send([first], options);
		await expect(outcome).rejects.toThrow();
		expect(sent).toHaveLength(1);
		expect(governor.isIdle).toBe(true);
		expect(governor.limit).toBe(8);
	});

	test.each([
		['concurrency', 429, 'Concurrency limit reached for requests', 1],
		['overload', 503, 'The engine is currently overloaded', 8],
		['rate limit', 429, 'Slow down', 8],
	])(
		'cuts the limit only after a rejection for concurrency (%s)',
		async (_, status, text, limit) => {
			const { governor, outcome } = send([errorResponse(status, text)]);
			await outcome;
			expect(governor.limit).toBe(limit);
		},
	);

	test.each([
		['rate limit', 429, 'Slow down', 700],
		['overload', 503, 'The engine is currently overloaded', 0],
	])(
		'pauses the account for as long as a 429 asks, but not for a 503 (%s)',
		async (_, status, text, untilMs) => {
			const { clock, governor, outcome } = send([
				errorResponse(status, text, { 'retry-after-ms': '700' }),
			]);
			const startsMs: number[] = [];
			void clock.sleep(1).then(async () => {
				const permit = await governor.acquire();
				startsMs.push(clock.now());
				permit.ignored();
			});
			await outcome;
			expect(startsMs).toEqual([Math.max(1, untilMs)]);
		},
	);

	test('posts to the path of chat completions', async () => {
		const { sent, outcome } = send([]);
		await outcome;
		expect(sent[0]?.request).toMatchObject({ method: 'POST', path: '/chat/completions' });
	});

	test('waits for as many choices as the request asked for', async () => {
		const oneOfTwo = () => streamOf([deltaEvent({ content: 'Hi' }, 'stop')])();
		const forTwo = { ...request, fields: { n: 2 } };
		await expect(send([oneOfTwo], {}, forTwo).outcome).rejects.toMatchObject({
			kind: 'incompleteAnswer',
		});
		await expect(send([oneOfTwo]).outcome).resolves.toMatchObject({ attempts: 1 });
	});

	test('does not send again after text was shown', async () => {
		const shown: string[] = [];
		const onText = async (text: string) => void shown.push(text);
		const pieces = [deltaEvent({ content: 'Once' }), event({ error: { code: 503, message: 'x' } })];
		const { outcome, sent } = send([streamOf(pieces)], { onText });
		expect(await failureOf(outcome)).toMatchObject({ kind: 'overloaded', attempts: 1 });
		expect({ shown, sent: sent.length }).toEqual({ shown: ['Once'], sent: 1 });
	});

	test('sends again if none of the received text was shown', async () => {
		const shown: string[] = [];
		const onText = async (text: string) => void shown.push(text);
		const pieces = [deltaEvent({ content: '<think>Hm' }), event({ error: { code: 503 } })];
		const { outcome, sent } = send([streamOf(pieces)], { onText });
		expect(await outcome).toMatchObject({ attempts: 2 });
		expect({ shown, sent: sent.length }).toEqual({ shown: ['Hi'], sent: 2 });
	});

	test('sends the fallback model in the body', async () => {
		const { outcome, sent } = send([errorResponse(404, 'gone')], { fallbackModels: ['second'] });
		await outcome;
		const models = sent.map(({ request: { body } }) => (body as JsonObject).model);
		expect(models).toEqual(['first', 'second']);
	});

	test.each([
		['the prompt', `Invalid input: ${prompt}`, 'Invalid input: […]'],
		['the prompt as JSON', `Invalid input: ${JSON.stringify(prompt)}`, 'Invalid input: "[…]"'],
		['the key', `Bad key ${hiddenText}!`, 'Bad key […]!'],
	])('keeps %s out of the error', async (_, quoted, message) => {
		const error = await failureOf(send([errorResponse(400, quoted)]).outcome);
		expect(error).toMatchObject({ kind: 'badRequest', message, status: 400, attempts: 1 });
	});
});
