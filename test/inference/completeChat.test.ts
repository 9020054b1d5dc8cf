import { emptyCatalog } from '../../inference/catalog/CatalogRegistry';
import type { JsonObject } from 'n8n-workflow';
import { completeChat, type ChatOptions } from '../../inference/completeChat';
import { InferenceError } from '../../inference/InferenceError';
import type { Run } from '../../inference/pacing/RunQueue';
import type { TransportResponse } from '../../inference/http/transport';
import { deltaEvent, event, failureOf, jsonHeaders } from '../support/cannedResponse';
import {
	acquireFrom,
	createGovernor,
	errorResponse,
	hiddenText,
	prompt,
	request,
	responseWith,
	run,
	sendChat as send,
	streamOf,
	success,
} from '../support/sendChat';

describe('completeChat', () => {
	test('returns the completion, the number of requests, and the ID of the last one', async () => {
		const overload = errorResponse(503, 'overloaded', { 'x-request-id': 'one' });
		const body = '{"choices":[{"index":0,"message":{"role":"assistant","content":"Hi"}}]}';
		const last = responseWith(200, body, { ...jsonHeaders, 'x-request-id': 'two' });
		const { outcome, sent } = send([overload, last]);
		const { completion, ...rest } = await outcome;
		expect(completion.choices[0]?.message.content).toBe('Hi');
		expect(rest).toEqual({ model: 'first', attempts: 2, requestId: 'two' });
		expect(sent.map(({ atMs }) => atMs)).toEqual([0, 1000]);
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

	test.each<[string, number, string, string, number]>([
		['a rate limit', 429, 'Slow down', 'first', 700],
		['an overload', 503, 'The engine is currently overloaded', 'first', 700],
		['a rate limit of another model', 429, 'Slow down', 'second', 1],
		['a rejection for concurrency', 429, 'Concurrency limit reached', 'first', 125],
	])(
		'holds back the requests for the model for as long as the service asks (%s)',
		async (_, status, text, model, untilMs) => {
			const { clock, governor, outcome } = send([
				errorResponse(status, text, { 'retry-after-ms': '700' }),
			]);
			const startsMs: number[] = [];
			void clock.sleep(1).then(async () => {
				const permit = await governor.acquire({ run, model });
				startsMs.push(clock.now());
				permit?.ended();
			});
			await outcome;
			expect(startsMs).toEqual([untilMs]);
		},
	);

	test.each([
		['waits only for a slot if other requests are in flight', true, 50],
		['waits for a while if no other request is in flight', false, 125],
	])('after a rejection, %s', async (_, hasOther, atMs) => {
		const { clock, governor } = createGovernor();
		const other = hasOther ? await acquireFrom(governor) : undefined;
		other?.accepted();
		void clock.sleep(50).then(() => other?.ended());
		const rejection = errorResponse(429, 'Concurrency limit reached for requests');
		const { sent, outcome } = send([rejection], {}, request, { clock, governor });
		await outcome;
		expect(sent.map((attempt) => attempt.atMs)).toEqual([0, atMs]);
	});

	test('acquires each permit for its run, with the waiting time that is left', async () => {
		const { clock, governor } = createGovernor();
		const acquire = jest.spyOn(governor, 'acquire');
		const { signal } = new AbortController();
		const ownRun: Run = { maxConcurrency: 3 };
		const options = { run: ownRun, signal, fallbackModels: ['second'] };
		const responses = [errorResponse(503, 'overloaded'), errorResponse(404, 'gone')];
		await send(responses, options, request, { clock, governor }).outcome;
		expect(acquire.mock.calls).toEqual([
			[{ run: ownRun, signal, model: 'first', maxWaitMs: 300_000, isRetry: false }],
			[{ run: ownRun, signal, model: 'first', maxWaitMs: 299_000, isRetry: true }],
			[{ run: ownRun, signal, model: 'second', maxWaitMs: 299_000, isRetry: true }],
		]);
		expect(acquire.mock.calls.every(([{ run: usedRun }]) => usedRun === ownRun)).toBe(true);
	});

	test('uses the governor for its headers and throughput', async () => {
		const { clock, governor } = createGovernor();
		const governorFor = jest.fn(() => governor);
		const transport = async () => await Promise.resolve(success());
		const options: ChatOptions = {
			retryPolicy: { maxRetries: 0, countsOverloads: true, retryOn: new Set(), maxWaitMs: 0 },
			fallbackModels: [],
			extraHeaders: { 'OpenAI-Project': 'team/project' },
			throughput: { mode: 'fixed', maxConcurrency: 3 },
			timeoutMs: 0,
			run,
		};
		await completeChat({ clock, catalog: emptyCatalog, governorFor, transport }, request, options);
		expect(governorFor.mock.calls).toEqual([[options.extraHeaders, options.throughput]]);
	});

	test('reads the messages again for each request', async () => {
		let count = 0;
		const readMessages = async () => {
			count += 1;
			return await Promise.resolve([{ role: 'user', content: `reading ${count}` }]);
		};
		const overload = errorResponse(503, 'overloaded');
		const { sent, outcome } = send([overload, overload], {}, { ...request, readMessages });
		await outcome;
		expect(sent.map(({ request: { body } }) => body?.messages)).toEqual([
			[{ role: 'user', content: 'reading 1' }],
			[{ role: 'user', content: 'reading 2' }],
			[{ role: 'user', content: 'reading 3' }],
		]);
	});

	test('sends nothing and ends its permit if the messages cannot be read', async () => {
		const failure = new TypeError('The image is gone');
		const readMessages = async () => await Promise.reject(failure);
		const { governor, sent, outcome } = send([], {}, { ...request, readMessages });
		await expect(outcome).rejects.toBe(failure);
		expect(sent).toEqual([]);
		expect(governor.isIdle).toBe(true);
	});

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
