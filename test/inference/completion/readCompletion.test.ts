/* eslint-disable @n8n/community-nodes/no-restricted-imports -- not shipped: runs outside n8n */
import { readdirSync } from 'node:fs';
import type { JsonObject } from 'n8n-workflow';
import { readText } from '../../../inference/http/responseBody';
import { readCompletion } from '../../../inference/completion/readCompletion';
import type { TransportResponse } from '../../../inference/http/transport';
import {
	chunksOf,
	deltaEvent,
	event,
	fixturesFolder,
	readFixture,
	readJson,
	readStream,
	respond,
	streamHeaders,
} from '../../support/cannedResponse';

/** Responses recorded both as a stream and as the JSON body that the same engine would send. */
const recordings = readdirSync(fixturesFolder)
	.filter((file) => file.endsWith('.json'))
	.map((file) => file.replace('.json', ''));

describe.each(recordings)('the recorded response "%s"', (name) => {
	const body = JSON.parse(readFixture(`${name}.json`)) as JsonObject & { choices: JsonObject[] };
	const choiceCount = body.choices.length;
	const lineFeeds = readFixture(`${name}.sse`);
	const lineEndings = { LF: '\n', CRLF: '\r\n', CR: '\r' };

	test('folds to the completion in the JSON body', async () => {
		expect(await readStream([lineFeeds], { choiceCount })).toEqual(
			await readJson(body, { choiceCount }),
		);
	});

	test.each(Object.entries(lineEndings))(
		'is the same cut at any byte, with %s as line ending',
		async (_, lineEnding) => {
			const bytes = Buffer.from(lineFeeds.replaceAll('\n', lineEnding));
			const expected = JSON.stringify(await readStream([lineFeeds], { choiceCount }));
			for (let offset = 0; offset <= bytes.length; offset += 1) {
				const pieces = [bytes.subarray(0, offset), bytes.subarray(offset)];
				const completion = JSON.stringify(await readStream(pieces, { choiceCount }));
				if (completion !== expected) expect({ offset, completion }).toBe(expected);
			}
			const single = Array.from(bytes, (_byte, offset) => bytes.subarray(offset, offset + 1));
			expect(JSON.stringify(await readStream(single, { choiceCount }))).toBe(expected);
		},
	);

	test('shows the user the same text however it is cut', async () => {
		const whole: string[] = [];
		const onText = async (text: string) => void whole.push(text);
		await readJson(body, { choiceCount, onText });
		const bytes = Buffer.from(lineFeeds);
		for (const size of [1, 2, 3, 7, 64, bytes.length]) {
			const shown: string[] = [];
			const pieces = Array.from({ length: Math.ceil(bytes.length / size) }, (_piece, index) =>
				bytes.subarray(index * size, (index + 1) * size),
			);
			await readStream(pieces, { choiceCount, onText: async (text) => void shown.push(text) });
			expect(shown.join('')).toBe(whole.join(''));
			expect(shown).not.toContain('');
		}
	});
});

describe('readCompletion', () => {
	test('is tested with a recorded response of every kind', () => {
		expect(recordings.sort()).toEqual([
			'choices',
			'functionCall',
			'keepAlive',
			'logprobs',
			'reasoning',
			'reasoningContent',
			'text',
			'thinkTags',
			'toolNameLate',
			'tools',
			'toolsAllIndexZero',
			'toolsWithoutIndex',
		]);
	});

	test('returns text, finish reason, model, and usage as the API formats them', async () => {
		expect(await readStream([readFixture('text.sse')])).toEqual({
			id: 'chatcmpl-7f31c09ad5',
			object: 'chat.completion',
			created: 1790000000,
			model: 'openai/gpt-oss-20b',
			choices: [
				{
					index: 0,
					message: {
						role: 'assistant',
						content: 'Grüße aus 東京 🎉👩‍🚀:\n"Ende" \\o/ €',
						refusal: null,
					},
					logprobs: null,
					finish_reason: 'stop',
				},
			],
			usage: {
				prompt_tokens: 21,
				completion_tokens: 14,
				total_tokens: 35,
				prompt_tokens_details: { cached_tokens: 16 },
			},
		});
	});

	test.each(['tools', 'toolsWithoutIndex', 'toolsAllIndexZero', 'toolNameLate'])(
		'keeps parallel tool calls apart (%s)',
		async (name) => {
			const { choices } = await readStream([readFixture(`${name}.sse`)]);
			expect(choices[0]?.message).toEqual({
				role: 'assistant',
				content: null,
				refusal: null,
				tool_calls: [
					{
						id: 'call_a1',
						type: 'function',
						function: { name: 'get_weather', arguments: '{"city":"Zürich","unit":"c"}' },
					},
					{
						id: 'call_b2',
						type: 'function',
						function: { name: 'get_time', arguments: '{"zone":"Europe/Zurich"}' },
					},
				],
			});
		},
	);

	test('sorts choices by index', async () => {
		const events = [
			deltaEvent({ content: 'second' }, 'stop', 1),
			deltaEvent({ content: 'first' }, 'stop', 0),
		];
		const { choices } = await readStream([...events, event('[DONE]')], { choiceCount: 2 });
		expect(choices.map(({ index, message }) => [index, message.content])).toEqual([
			[0, 'first'],
			[1, 'second'],
		]);
	});

	test('shows text of the first choice only, without its reasoning', async () => {
		const shown: string[] = [];
		const onText = async (text: string) => void shown.push(text);
		await readStream([readFixture('choices.sse')], { choiceCount: 2, onText });
		expect(shown.join('')).toBe('Tulipe 🌷');
		shown.length = 0;
		await readStream([readFixture('thinkTags.sse')], { onText });
		expect(shown.join('')).toBe('Vier ✅ <think> is a tag');
	});

	test('shows text before the next chunk arrives', async () => {
		const order: string[] = [];
		async function* chunks(): TransportResponse['chunks'] {
			yield Buffer.from(deltaEvent({ content: 'one' }));
			order.push('next chunk');
			yield Buffer.from(deltaEvent({ content: 'two' }, 'stop') + event('[DONE]'));
		}
		await readCompletion(respond({ headers: streamHeaders, chunks: chunks() }), {
			choiceCount: 1,
			onText: async (text) => void order.push(text),
		});
		expect(order).toEqual(['one', 'next chunk', 'two']);
	});

	/** What the reader tells the transport while it reads these chunks, and when. */
	async function signalsFor(pieces: string[], choiceCount = 1): Promise<string[]> {
		const signals: string[] = [];
		async function* chunks(): TransportResponse['chunks'] {
			for (const piece of pieces) {
				signals.push('chunk');
				yield await Promise.resolve(Buffer.from(piece));
			}
		}
		const response = respond({
			headers: streamHeaders,
			chunks: chunks(),
			sawContent: () => void signals.push('content'),
			finishWithin: (ms) => void signals.push(`end in ${ms}`),
		});
		await readCompletion(response, { choiceCount });
		return signals;
	}

	const usage = event({ id: 'a', choices: [], usage: { total_tokens: 3 } });
	const done = event('[DONE]');
	const finish = deltaEvent({ content: 'Hi' }, 'stop');

	test('tells events from keep-alive comments', async () => {
		const signals = await signalsFor([': ping\n\n', finish, ': ping\n\n', 'data: {', '}\n\n']);
		expect(signals.join(', ')).toBe('content, chunk, chunk, content, chunk, chunk, chunk, content');
	});

	test.each<[string, string[], number, boolean]>([
		['[DONE]', [finish + done], 1, true],
		['the usage after the finish reason', [finish, usage], 1, true],
		['a finish reason without usage', [finish], 1, false],
		['[DONE] with blanks around it', [finish, event(' [DONE] ')], 1, true],
		['[DONE] and one of two choices', [finish, done], 2, true],
		['an error after the finish reason', [finish, event({ error: 'late' })], 1, true],
		['broken data after the finish reason', [finish, event('{"usage')], 1, true],
		['a keep-alive message after the finish reason', [finish, event('ping')], 1, false],
		[
			'the usage, and one of two finish reasons',
			[finish, usage, deltaEvent({}, 'stop', 1)],
			2,
			true,
		],
	])('expects the end of the stream within a second after %s', async (_, pieces, count, isEnd) => {
		const signals = await signalsFor(pieces, count);
		expect(signals.includes('end in 1000')).toBe(isEnd);
		expect(signals.slice(0, signals.lastIndexOf('chunk'))).not.toContain('end in 1000');
	});

	test('expects no end while the usage came before the finish reason', async () => {
		const early = event({ id: 'a', choices: [], usage: { total_tokens: 3 } });
		const signals = await signalsFor([early, deltaEvent({ content: 'H' }), finish]);
		expect(signals.slice(0, signals.lastIndexOf('chunk'))).not.toContain('end in 1000');
	});

	test('does not count keep-alive messages as content', async () => {
		const pings = ['ping', ':keepalive', '', 'null', 'Keep-Alive', '{"type":"ping"}', 'other'];
		const named = 'event: ping\ndata: {}\n\n';
		const signals = await signalsFor([...pings.map(event), named, finish]);
		expect(signals.filter((signal) => signal === 'content')).toHaveLength(2);
		expect(signals.slice(-2)).toEqual(['chunk', 'content']);
	});

	test('shows a refusal, and whatever else did not arrive in pieces, at the end', async () => {
		const refused = { role: 'assistant', content: null, refusal: 'No' };
		const body = { choices: [{ index: 0, message: refused, finish_reason: 'stop' }] };
		const shown: string[] = [];
		const onText = async (text: string) => void shown.push(text);
		await readJson(body, { onText });
		await readStream([deltaEvent({ refusal: 'N' }), deltaEvent({ refusal: 'o' }, 'stop')], {
			onText,
		});
		expect(shown).toEqual(['No', 'No']);
	});

	test('shows no refusal behind text', async () => {
		const shown: string[] = [];
		const onText = async (text: string) => void shown.push(text);
		await readStream([deltaEvent({ content: 'Hi', refusal: 'No' }, 'stop')], { onText });
		expect(shown).toEqual(['Hi']);
	});

	test('keeps false, 0, and empty text in a JSON body', async () => {
		const body = {
			usage: { prompt_tokens: 0 },
			cached: false,
			choices: [
				{
					index: 0,
					message: { role: 'assistant', content: '', refusal: null },
					logprobs: null,
					finish_reason: 'stop',
					score: 0,
				},
			],
		};
		expect(await readJson(body)).toEqual(body);
	});

	test('reads a JSON body even if a stream was requested', async () => {
		const body = { choices: [{ index: 0, message: { role: 'assistant', content: 'Hi' } }] };
		const shown: string[] = [];
		const onText = async (text: string) => void shown.push(text);
		expect((await readJson(body, { onText })).choices[0]?.finish_reason).toBeNull();
		expect(shown).toEqual(['Hi']);
	});
});

describe('readText', () => {
	test('joins characters that are split between chunks', async () => {
		const bytes = Array.from(Buffer.from('Grüße 👩‍🚀'), (byte) => Uint8Array.of(byte));
		expect(await readText(chunksOf(bytes))).toBe('Grüße 👩‍🚀');
	});
});
