import { readCompletion } from '../inference/completion/readCompletion';
import { model } from './createContext';
import { formatTable } from './formatTable';
import { median } from './median';
import { scaled, type Scale } from './scale';

const megabyte = 1_000_000;
const socketReadBytes = 65_536;

export interface ParseSpeedCase {
	/** Tokens one by one, as chat answers come, or everything in a single event. */
	shape: 'tokens' | 'oneEvent';
	megabytes: number;
	megabytesPerSecond: number;
	/** Time per megabyte, relative to the shortest stream of the same shape. */
	growth: number;
}

/** How fast `readCompletion` reads server-sent events that are already there, by their length. */
export async function measureParseSpeed(scale: Scale): Promise<ParseSpeedCase[]> {
	const cases: ParseSpeedCase[] = [];
	for (const shape of ['tokens', 'oneEvent'] as const) {
		await readingSeconds(streamOf(shape, megabyte));
		let firstSpeed: number | undefined;
		for (const fullMegabytes of [1, 10, 100]) {
			const megabytes = scaled(fullMegabytes, scale);
			const stream = streamOf(shape, megabytes * megabyte);
			const seconds: number[] = [];
			// Short streams take milliseconds: as many megabytes are read of each length.
			const readings = Math.max(scale.repetitions, scaled(100, scale) / megabytes);
			for (let reading = 0; reading < readings; reading += 1) {
				seconds.push(await readingSeconds(stream));
			}
			const megabytesPerSecond = stream.length / megabyte / median(seconds);
			firstSpeed ??= megabytesPerSecond;
			cases.push({ shape, megabytes, megabytesPerSecond, growth: firstSpeed / megabytesPerSecond });
		}
	}
	return cases;
}

export function formatParseSpeed(cases: ParseSpeedCase[]): string {
	return formatTable(
		['Stream', 'Length', 'Time per MB / shortest', 'Speed'],
		cases.map(({ shape, megabytes, growth, megabytesPerSecond }) => [
			shape === 'tokens' ? 'an event for each token' : 'one event',
			`${megabytes} MB`,
			`**${growth.toFixed(2)}**`,
			`${megabytesPerSecond.toFixed(0)} MB/s`,
		]),
	);
}

function streamOf(shape: ParseSpeedCase['shape'], length: number): Buffer {
	const event = eventOf(shape === 'tokens' ? ' token' : 'x'.repeat(length));
	const events = event.repeat(shape === 'tokens' ? Math.ceil(length / event.length) : 1);
	return Buffer.from(`${events}${eventOf(null)}data: [DONE]\n\n`);
}

function eventOf(content: string | null): string {
	const choice =
		content === null
			? { index: 0, delta: {}, finish_reason: 'stop' }
			: { index: 0, delta: { content }, logprobs: null, finish_reason: null };
	const head = { id: 'chatcmpl-1', object: 'chat.completion.chunk', created: 1, model };
	return `data: ${JSON.stringify({ ...head, choices: [choice] })}\n\n`;
}

async function readingSeconds(stream: Buffer): Promise<number> {
	const startedMs = performance.now();
	const completion = await readCompletion(
		{ status: 200, headers: { 'content-type': 'text/event-stream' }, chunks: cut(stream) },
		{ choiceCount: 1 },
	);
	const seconds = (performance.now() - startedMs) / 1000;
	if (completion.choices[0]?.finish_reason !== 'stop') throw new Error('The answer is cut off.');
	return seconds;
}

async function* cut(stream: Buffer): AsyncGenerator<Uint8Array, void, undefined> {
	for (let start = 0; start < stream.length; start += socketReadBytes) {
		yield stream.subarray(start, start + socketReadBytes);
	}
}
