import { openBody } from '../../../inference/completion/openBody';
import { chunksOf, failureOf } from '../../support/cannedResponse';
import { InferenceError } from '../../../inference/InferenceError';
import type { TransportResponse } from '../../../inference/http/transport';

async function textOf(text: AsyncIterable<string>): Promise<string> {
	let whole = '';
	for await (const piece of text) whole += piece;
	return whole;
}

test.each<[string, 'events' | 'json' | undefined]>([
	['data: {}\n\n', 'events'],
	['data:{}', 'events'],
	['event: error\n', 'events'],
	['id: 1\n', 'events'],
	['retry: 5\n', 'events'],
	[': ping\n\n', 'events'],
	['\r\n \n\ndata: {}', 'events'],
	['\uFEFFdata: {}', 'events'],
	['{"choices":[]}', 'json'],
	['\uFEFF \n{', 'json'],
	['[1]', 'json'],
	['<html>', undefined],
	['data', undefined],
	['Data: {}', undefined],
	['dates: []', undefined],
	['error: no', undefined],
	[' \n', undefined],
	['', undefined],
])('%j is recognized by its first characters, however it is cut', async (body, format) => {
	const bytes = Buffer.from(body);
	const single = Array.from(bytes, (byte) => Uint8Array.of(byte));
	for (const pieces of [[bytes], single]) {
		const opened = await openBody(chunksOf(pieces));
		expect(opened.format).toBe(format);
		expect(await textOf(opened.text)).toBe(body.trimStart());
	}
});

test('the text keeps characters that are split between chunks', async () => {
	const text = '{"a":"Grüße 👩‍🚀"}';
	const pieces = Array.from(Buffer.from(text), (byte) => Uint8Array.of(byte));
	expect(await textOf((await openBody(chunksOf(pieces))).text)).toBe(text);
});

/** A body of two pieces that notes how far it was read. */
function observed(first: string): { chunks: TransportResponse['chunks']; steps: string[] } {
	const steps: string[] = [];
	async function* chunks(): TransportResponse['chunks'] {
		try {
			yield await Promise.resolve(Buffer.from(first));
			steps.push('read on');
			yield Buffer.from('end');
		} finally {
			steps.push('closed');
		}
	}
	return { chunks: chunks(), steps };
}

test('no more is read than the beginning', async () => {
	const { chunks, steps } = observed('data: 1\n\n');
	const { text } = await openBody(chunks);
	expect(await text.next()).toEqual({ done: false, value: 'data: 1\n\n' });
	expect(steps).toEqual([]);
});

test('leaving the text early closes the connection', async () => {
	const { chunks, steps } = observed('data: 1\n\n');
	const { text } = await openBody(chunks);
	for await (const piece of text) {
		expect(piece).toBe('data: 1\n\n');
		break;
	}
	expect(steps).toEqual(['closed']);
});

test('a connection that is lost at the beginning is an error', async () => {
	const failure = new InferenceError('lost', { kind: 'connection' });
	async function* lost(): TransportResponse['chunks'] {
		yield await Promise.resolve(Buffer.from(' '));
		throw failure;
	}
	expect(await failureOf(openBody(lost()))).toBe(failure);
});
