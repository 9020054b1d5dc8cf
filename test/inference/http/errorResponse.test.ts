import { readCompletion } from '../../../inference/completion/readCompletion';
import { cancelledError, InferenceError } from '../../../inference/InferenceError';
import type { TransportResponse } from '../../../inference/http/transport';
import {
	chunksOf,
	deltaEvent,
	event,
	failureOf,
	jsonHeaders,
	readFixture,
	readStream,
	respond,
	streamHeaders,
} from '../../support/cannedResponse';

describe('the end of a stream', () => {
	const incomplete = 'The streamed response ended before it was complete';

	test('is an error without finish_reason and [DONE]', async () => {
		const failure = await failureOf(readStream([deltaEvent({ content: 'Once upon' })]));
		expect(failure).toMatchObject({ kind: 'incompleteAnswer', message: incomplete });
	});

	test('is an error if nothing arrived at all', async () => {
		expect(await failureOf(readStream([]))).toMatchObject({ kind: 'incompleteAnswer' });
	});

	test('is complete with finish_reason but without [DONE]', async () => {
		const { choices } = await readStream([deltaEvent({ content: 'Hi' }, 'stop')]);
		expect(choices[0]?.message.content).toBe('Hi');
	});

	test('is an error with [DONE] but without finish_reason', async () => {
		const failure = await failureOf(readStream([deltaEvent({ content: 'Hi' }), event('[DONE]')]));
		expect(failure).toMatchObject({ kind: 'incompleteAnswer', message: incomplete });
	});

	test('is an error with [DONE] if one of two choices has no finish_reason', async () => {
		const events = [deltaEvent({ content: 'Hi' }, 'stop'), deltaEvent({ content: 'Ho' }, null, 1)];
		const failure = await failureOf(readStream([...events, event('[DONE]')], { choiceCount: 2 }));
		expect(failure).toMatchObject({ kind: 'incompleteAnswer' });
	});

	test('is an error if one of two choices is unfinished', async () => {
		const events = [deltaEvent({ content: 'Hi' }, 'stop'), deltaEvent({ content: 'Ho' }, null, 1)];
		const failure = await failureOf(readStream(events, { choiceCount: 2 }));
		expect(failure).toMatchObject({ kind: 'incompleteAnswer' });
	});

	test('is an error if one of two choices never began', async () => {
		const failure = await failureOf(
			readStream([deltaEvent({ content: 'Hi' }, 'stop')], { choiceCount: 2 }),
		);
		expect(failure).toMatchObject({ kind: 'incompleteAnswer' });
	});

	test('drops a last event that is incomplete', async () => {
		const [first = '', last = ''] = [
			deltaEvent({ content: 'Hi' }),
			deltaEvent({ content: ' there' }, 'stop'),
		];
		const failure = await failureOf(readStream([first, last.slice(0, -1)]));
		expect(failure).toMatchObject({ kind: 'incompleteAnswer' });
		const { choices } = await readStream([
			deltaEvent({ content: 'Hi' }, 'stop'),
			last.slice(0, 30),
		]);
		expect(choices[0]?.message.content).toBe('Hi');
	});

	test('is an error at any byte before the answer is finished', async () => {
		const text = readFixture('text.sse');
		const bytes = Buffer.from(text);
		const finish = text.indexOf('"finish_reason":"stop"');
		const finished = Buffer.byteLength(text.slice(0, text.indexOf('\n\n', finish) + 2));
		for (let length = 0; length < finished; length += 1) {
			const failure = await failureOf(readStream([bytes.subarray(0, length)]));
			expect(failure.kind).toBe('incompleteAnswer');
		}
		expect((await readStream([bytes.subarray(0, finished)])).choices).toHaveLength(1);
	});

	test('is [DONE], regardless of what follows', async () => {
		const events = [
			deltaEvent({ content: 'Hi' }, 'stop'),
			event('[DONE]'),
			deltaEvent({ content: '!' }),
		];
		const { choices } = await readStream(events);
		expect(choices[0]?.message.content).toBe('Hi');
	});

	const finished = deltaEvent({ content: 'Hi' }, 'stop');
	const lostBy = (failure: Error, text = finished) => {
		async function* chunks(): TransportResponse['chunks'] {
			yield await Promise.resolve(Buffer.from(text));
			throw failure;
		}
		const response = respond({ headers: streamHeaders, chunks: chunks() });
		return readCompletion(response, { choiceCount: 1 });
	};

	test.each(['connection', 'timeout'] as const)(
		'may be lost to a %s error after the answer is finished',
		async (kind) => {
			const failure = new InferenceError('lost', { kind });
			expect((await lostBy(failure)).choices[0]?.message.content).toBe('Hi');
			const unfinished = deltaEvent({ content: 'Hi' });
			await expect(lostBy(failure, unfinished)).rejects.toBe(failure);
		},
	);

	test('is an error after a cancellation or an unexpected error, even if the answer is finished', async () => {
		for (const failure of [cancelledError(), new TypeError('unexpected')]) {
			await expect(lostBy(failure)).rejects.toBe(failure);
		}
		const onText = async () => await Promise.reject(new Error('no'));
		await expect(readStream([finished], { onText })).rejects.toThrow('no');
	});

	test('releases text that was held back as the start of a tag', async () => {
		const shown: string[] = [];
		const onText = async (text: string) => void shown.push(text);
		await readStream([deltaEvent({ content: '<thi' }, 'stop'), event('[DONE]')], { onText });
		expect(shown).toEqual(['<thi']);
	});

	test('may have empty events before it', async () => {
		const { choices } = await readStream([event(''), finished, event(''), event('[DONE]')]);
		expect(choices[0]?.message.content).toBe('Hi');
	});

	test('includes the request ID in its error', async () => {
		const headers = { ...streamHeaders, 'x-request-id': 'req-7' };
		const response = respond({ headers });
		const failure = await failureOf(readCompletion(response, { choiceCount: 1 }));
		expect(failure.requestId).toBe('req-7');
	});
});

describe('a response that is not a completion', () => {
	test('is the error in the stream, wherever the stream is cut', async () => {
		const bytes = Buffer.from(readFixture('errorInStream.sse'));
		for (let offset = 0; offset <= bytes.length; offset += 1) {
			const failure = await failureOf(
				readStream([bytes.subarray(0, offset), bytes.subarray(offset)]),
			);
			expect(failure).toMatchObject({
				kind: 'overloaded',
				status: 503,
				message: 'The engine is currently overloaded, please try again later',
			});
		}
	});

	test.each([
		['text', { error: 'engine died' }, 'server', 500, 'engine died'],
		['a code', { error: { code: 429, message: 'quota used up' } }, 'quota', 429, 'quota used up'],
		['a code that is text', { error: { code: 'oops', message: 'bad' } }, 'server', 500, 'bad'],
	])('is read from an error event with %s', async (_, data, kind, status, message) => {
		const failure = await failureOf(readStream([event(data)]));
		expect(failure).toMatchObject({ kind, status, message });
	});

	test.each([
		['in a stream', 200, streamHeaders, event({ error: { message: 'Bad hidden text' } })],
		['in a body with status 200', 200, jsonHeaders, '{"error":{"message":"Bad hidden text"}}'],
		['with its own status', 400, jsonHeaders, '{"error":{"message":"Bad hidden text"}}'],
	])('is redacted %s', async (_, status, headers, body) => {
		const redact = (text: string) => text.replace('hidden', '[…]');
		const response = respond({ status, headers, chunks: chunksOf([body]), redact });
		const failure = await failureOf(readCompletion(response, { choiceCount: 1 }));
		expect(failure.message).toBe('Bad […] text');
	});

	test('expects the end of an error body within a second after its first chunk', async () => {
		const finishWithin = jest.fn();
		const chunks = chunksOf(['{"message":', '"No"}']);
		const response = respond({ status: 400, chunks, finishWithin });
		await failureOf(readCompletion(response, { choiceCount: 1 }));
		expect(finishWithin).toHaveBeenCalledWith(1000);
	});

	test.each([
		['HTML', '<html>Welcome</html>'],
		['an empty body', ''],
		['null', 'null'],
		['a list', '[]'],
		['no choices', '{"choices":[]}'],
		['a choice without message', '{"choices":[{"index":0}]}'],
		['choices that are null', '{"choices":[null]}'],
	])('is an error: %s', async (_, body) => {
		const response = respond({ chunks: chunksOf([body]) });
		const failure = await failureOf(readCompletion(response, { choiceCount: 1 }));
		expect(failure).toMatchObject({
			kind: 'invalidAnswer',
			message: 'The response is not a chat completion',
			status: 200,
			contentType: 'application/json',
		});
	});

	test.each(['{"choices"', '[]', '5', '"Hi"'])('is an error: an event %s', async (data) => {
		expect(await failureOf(readStream([event(data)]))).toMatchObject({
			kind: 'invalidAnswer',
			message: 'A part of the streamed response is not a chat completion',
		});
	});

	test('is an error with a status other than 2xx, including its headers', async () => {
		const headers = { ...jsonHeaders, 'retry-after': '2', 'x-request-id': 'req-9' };
		const body = JSON.stringify({ error: { message: 'Concurrency limit reached for requests' } });
		const response = respond({ status: 429, headers, chunks: chunksOf([body]) });
		const failure = await failureOf(readCompletion(response, { choiceCount: 1 }));
		expect(failure).toMatchObject({
			kind: 'concurrency',
			status: 429,
			retryAfterMs: 2000,
			requestId: 'req-9',
		});
	});

	test('has its status even if the body of the error response breaks off or never ends', async () => {
		async function* broken(): TransportResponse['chunks'] {
			yield Buffer.from('{"error":');
			await Promise.resolve();
			throw new Error('socket hang up');
		}
		let chunkCount = 0;
		async function* endless(): TransportResponse['chunks'] {
			for (; ; chunkCount += 1) yield await Promise.resolve(Buffer.alloc(16 * 1024, 'x'));
		}
		for (const chunks of [broken(), endless()]) {
			const response = respond({ status: 503, chunks });
			const failure = await failureOf(readCompletion(response, { choiceCount: 1 }));
			expect(failure).toMatchObject({ kind: 'overloaded', status: 503 });
		}
		expect(chunkCount).toBe(4);
	});
});
