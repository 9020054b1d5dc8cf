import { readCompletion } from '../../../inference/completion/readCompletion';
import { cancelledError, InferenceError } from '../../../inference/InferenceError';
import type { TransportResponse } from '../../../inference/http/transport';
import {
	chunksOf,
	deltaEvent,
	event,
	failureOf,
	jsonHeaders,
	readStream,
	respond,
} from '../../support/cannedResponse';

describe('a response that is not a stream', () => {
	const read = async (body: string, response: Partial<TransportResponse> = {}) =>
		await readCompletion(respond({ chunks: chunksOf([body]), ...response }), { choiceCount: 1 });
	const completion = '{"choices":[{"index":0,"message":{"role":"assistant","content":"Hi"}}]}';

	test.each(['{"choices":[{"ind', ' \n{'])('is incomplete: %j', async (body) => {
		const headers = { ...jsonHeaders, 'x-request-id': 'req-8' };
		expect(await failureOf(read(body, { headers }))).toMatchObject({
			kind: 'incompleteAnswer',
			message: 'The response ended before it was complete',
			requestId: 'req-8',
		});
	});

	test('is invalid rather than incomplete if it contains a brace but does not start with one', async () => {
		expect(await failureOf(read('var a = {'))).toMatchObject({ kind: 'invalidAnswer' });
	});

	test('is recognized by its body if it has no content type', async () => {
		const { choices } = await read(completion, { headers: {} });
		expect(choices[0]?.message.content).toBe('Hi');
		const headers = { 'x-request-id': 'req-8' };
		const failure = await failureOf(read('Welcome', { headers }));
		expect(failure.contentType).toBe('no content type');
		expect(failure.requestId).toBe('req-8');
		const page = await failureOf(read('Welcome', { headers: { 'content-type': 'text/plain' } }));
		expect(page.contentType).toBe('text/plain');
	});

	test.each([199, 300])('is an error with status %i, but not with 299', async (status) => {
		expect(await failureOf(read(completion, { status }))).toMatchObject({ status });
		expect((await read(completion, { status: 299 })).choices).toHaveLength(1);
	});

	test.each([
		[{ code: 400 }, 400],
		[{ code: '599' }, 599],
		[{ code: 399 }, 500],
		[{ code: 600 }, 500],
		[{ code: 'invalid', status: 404 }, 404],
		[true, 500],
	])(
		'is the error %j of an engine that sent status 200, with the status in the error',
		async (error, status) => {
			const headers = { ...jsonHeaders, 'x-request-id': 'req-8' };
			const body = JSON.stringify({ error });
			expect(await failureOf(read(body, { headers }))).toMatchObject({
				status,
				requestId: 'req-8',
			});
			expect(await failureOf(readStream([event({ error })]))).toMatchObject({ status });
		},
	);

	test.each([null, '', false])('is not an error if its error is %j', async (error) => {
		const { choices } = await read(completion.replace('{', `{"error":${JSON.stringify(error)},`));
		expect(choices[0]?.message.content).toBe('Hi');
		const events = [event({ error, choices: [] }), deltaEvent({ content: 'Hi' }, 'stop')];
		expect((await readStream(events)).choices[0]?.message.content).toBe('Hi');
	});

	test.each([
		[{ 'cf-ray': 'c' }, 'c'],
		[{ 'cf-ray': 'c', 'x-litellm-call-id': 'l' }, 'l'],
		[{ 'cf-ray': 'c', 'x-litellm-call-id': 'l', 'x-request-id': 'r' }, 'r'],
		[{}, undefined],
	])('has its request ID from the headers %j', async (headers, requestId) => {
		expect((await failureOf(read('', { headers, status: 500 }))).requestId).toBe(requestId);
	});

	test('is cancelled if the execution stops inside the body of an error response', async () => {
		async function* stopped(): TransportResponse['chunks'] {
			yield await Promise.resolve(Buffer.from('{'));
			throw cancelledError();
		}
		const failure = await failureOf(read('', { status: 503, chunks: stopped() }));
		expect(failure).toMatchObject({ kind: 'cancelled' });
	});

	test('has its status even if the connection is lost inside the body of an error response', async () => {
		async function* lost(): TransportResponse['chunks'] {
			yield await Promise.resolve(Buffer.from('{'));
			throw new InferenceError('lost', { kind: 'connection' });
		}
		const failure = await failureOf(read('', { status: 503, chunks: lost() }));
		expect(failure).toMatchObject({ kind: 'overloaded', status: 503 });
	});

	test('has its message joined from chunks that cut characters', async () => {
		const bytes = Buffer.from('{"message":"Zürich"}');
		const pieces = Array.from(bytes, (byte) => Uint8Array.of(byte));
		const failure = await failureOf(read('', { status: 400, chunks: chunksOf(pieces) }));
		expect(failure.message).toBe('Zürich');
	});
});
