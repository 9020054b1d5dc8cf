import { readCompletion } from '../inference/completion/readCompletion';
import { model } from './benchContext';
import { formatTable } from './formatTable';
import { median } from './median';
import { scaled, type Scale } from './scale';

const megabyte = 1_000_000;
const socketReadBytes = 65_536;

export interface ParseSpeedCase {
	/** One event per token, as in a real stream, or the whole text in one event. */
	shape: 'tokens' | 'oneEvent';
	megabytes: number;
	megabytesPerSecond: number;
	/** Time per megabyte, relative to the shortest stream of the same shape. */
	timeRatio: number;
}

/** Measures how fast `readCompletion` parses server-sent events from memory, by stream length. */
export async function measureParseSpeed(scale: Scale): Promise<ParseSpeedCase[]> {
	const cases: ParseSpeedCase[] = [];
	for (const shape of ['tokens', 'oneEvent'] as const) {
		await measureSeconds(createStream(shape, megabyte));
		let firstSpeed: number | undefined;
		for (const fullMegabytes of [1, 10, 100]) {
			const megabytes = scaled(fullMegabytes, scale);
			const stream = createStream(shape, megabytes * megabyte);
			const seconds: number[] = [];
			// Short streams take only milliseconds, so read the same total amount for each length.
			const readings = Math.max(scale.repetitions, scaled(100, scale) / megabytes);
			for (let reading = 0; reading < readings; reading += 1) {
				seconds.push(await measureSeconds(stream));
			}
			const megabytesPerSecond = stream.length / megabyte / median(seconds);
			firstSpeed ??= megabytesPerSecond;
			cases.push({
				shape,
				megabytes,
				megabytesPerSecond,
				timeRatio: firstSpeed / megabytesPerSecond,
			});
		}
	}
	return cases;
}

export function formatParseSpeed(cases: ParseSpeedCase[]): string {
	return formatTable(
		['Stream', 'Length', 'Time per MB / shortest', 'Speed'],
		cases.map(({ shape, megabytes, timeRatio, megabytesPerSecond }) => [
			shape === 'tokens' ? 'One event per token' : 'One event',
			`${megabytes} MB`,
			`**${timeRatio.toFixed(2)}**`,
			`${megabytesPerSecond.toFixed(0)} MB/s`,
		]),
	);
}

function createStream(shape: ParseSpeedCase['shape'], length: number): Buffer {
	const event = createEvent(shape === 'tokens' ? ' token' : 'x'.repeat(length));
	const events = event.repeat(shape === 'tokens' ? Math.ceil(length / event.length) : 1);
	return Buffer.from(`${events}${createEvent(null)}data: [DONE]\n\n`);
}

function createEvent(content: string | null): string {
	const choice =
		content === null
			? { index: 0, delta: {}, finish_reason: 'stop' }
			: { index: 0, delta: { content }, logprobs: null, finish_reason: null };
	const head = { id: 'chatcmpl-1', object: 'chat.completion.chunk', created: 1, model };
	return `data: ${JSON.stringify({ ...head, choices: [choice] })}\n\n`;
}

async function measureSeconds(stream: Buffer): Promise<number> {
	const startedMs = performance.now();
	const completion = await readCompletion(
		{
			status: 200,
			headers: { 'content-type': 'text/event-stream' },
			chunks: splitStream(stream),
			finishWithin: () => undefined,
			sawContent: () => undefined,
			hasProject: false,
			redact: (text) => text,
		},
		{ choiceCount: 1 },
	);
	const seconds = (performance.now() - startedMs) / 1000;
	if (completion.choices[0]?.finish_reason !== 'stop') {
		throw new Error('The completion is incomplete.');
	}
	return seconds;
}

async function* splitStream(stream: Buffer): AsyncGenerator<Uint8Array, void, undefined> {
	for (let start = 0; start < stream.length; start += socketReadBytes) {
		yield stream.subarray(start, start + socketReadBytes);
	}
}
