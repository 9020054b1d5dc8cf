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
} from '../../support/cannedResponse';

describe('an answer with a body that is not a stream', () => {
	const answered = async (body: string, response: Partial<TransportResponse> = {}) =>
		await readCompletion(
			{ status: 200, headers: jsonHeaders, chunks: chunksOf([body]), ...response },
			{ choiceCount: 1 },
		);
	const good = '{"choices":[{"index":0,"message":{"role":"assistant","content":"Hi"}}]}';

	test.each(['{"choices":[{"ind', ' \n{'])('is cut off: %j', async (body) => {
		const headers = { ...jsonHeaders, 'x-request-id': 'req-8' };
		expect(await failureOf(answered(body, { headers }))).toMatchObject({
			kind: 'incompleteAnswer',
			message: 'The answer ended before it was complete',
			advice: expect.stringContaining('Run again') as string,
			requestId: 'req-8',
		});
	});

	test('is refused, not cut off: a page that holds a brace', async () => {
		expect(await failureOf(answered('var a = {'))).toMatchObject({ kind: 'invalidAnswer' });
	});

	test('is told apart by its body where it has no content type', async () => {
		const { choices } = await answered(good, { headers: {} });
		expect(choices[0]?.message.content).toBe('Hi');
		const headers = { 'x-request-id': 'req-8' };
		const failure = await failureOf(answered('Welcome', { headers }));
		expect(failure.advice).toContain('(no content type)');
		expect(failure.requestId).toBe('req-8');
		const page = await failureOf(
			answered('Welcome', { headers: { 'content-type': 'text/plain' } }),
		);
		expect(page.advice).toContain('(text/plain)');
	});

	test.each([199, 300])('is a refusal with status %i, and none with 299', async (status) => {
		expect(await failureOf(answered(good, { status }))).toMatchObject({ status });
		expect((await answered(good, { status: 299 })).choices).toHaveLength(1);
	});

	test.each([
		[{ code: 400 }, 400],
		[{ code: '599' }, 599],
		[{ code: 399 }, 500],
		[{ code: 600 }, 500],
		[{ code: 'invalid', status: 404 }, 404],
		[true, 500],
	])(
		'is the error %j of an engine that answered 200, with the status it names',
		async (error, status) => {
			const headers = { ...jsonHeaders, 'x-request-id': 'req-8' };
			const body = JSON.stringify({ error });
			expect(await failureOf(answered(body, { headers }))).toMatchObject({
				status,
				requestId: 'req-8',
			});
			expect(await failureOf(readStream([event({ error })]))).toMatchObject({ status });
		},
	);

	test.each([null, '', false])('takes an error that is %j for none', async (error) => {
		const { choices } = await answered(good.replace('{', `{"error":${JSON.stringify(error)},`));
		expect(choices[0]?.message.content).toBe('Hi');
		const events = [event({ error, choices: [] }), deltaEvent({ content: 'Hi' }, 'stop')];
		expect((await readStream(events)).choices[0]?.message.content).toBe('Hi');
	});

	test.each([
		[{ 'cf-ray': 'c' }, 'c'],
		[{ 'cf-ray': 'c', 'x-litellm-call-id': 'l' }, 'l'],
		[{ 'cf-ray': 'c', 'x-litellm-call-id': 'l', 'x-request-id': 'r' }, 'r'],
		[{}, undefined],
	])('is named by the headers %j', async (headers, requestId) => {
		expect((await failureOf(answered('', { headers, status: 500 }))).requestId).toBe(requestId);
	});

	test('is cancelled when Stop comes inside the body of a refusal', async () => {
		async function* stopped(): TransportResponse['chunks'] {
			yield await Promise.resolve(Buffer.from('{'));
			throw cancelledError();
		}
		const failure = await failureOf(answered('', { status: 503, chunks: stopped() }));
		expect(failure).toMatchObject({ kind: 'cancelled' });
	});

	test('tells the status of a refusal that was lost in its body', async () => {
		async function* lost(): TransportResponse['chunks'] {
			yield await Promise.resolve(Buffer.from('{'));
			throw new InferenceError('lost', { kind: 'connection', advice: 'Run again.' });
		}
		const failure = await failureOf(answered('', { status: 503, chunks: lost() }));
		expect(failure).toMatchObject({ kind: 'overloaded', status: 503 });
	});

	test('has its message read from pieces that cut characters', async () => {
		const bytes = Buffer.from('{"message":"Zürich"}');
		const pieces = Array.from(bytes, (byte) => Uint8Array.of(byte));
		const failure = await failureOf(answered('', { status: 400, chunks: chunksOf(pieces) }));
		expect(failure.message).toBe('Zürich');
	});
});
