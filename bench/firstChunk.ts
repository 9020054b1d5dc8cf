import { Pool } from 'undici';
import { benchContext, model, numberedItems } from './benchContext';
import { clockMs, timestampMarker } from './clockMs';
import { formatTable } from './formatTable';
import { median, quantile } from './median';
import { runChat } from './runChat';
import { scaled, type Scale } from './scale';
import type { RemoteSimulator, SimulatorHost } from './SimulatorHost';

const timeToFirstTokenMs = 200;
const tokensPerSecond = 100;
const prompt = `[[answer: ${timestampMarker}${' and more of it'.repeat(7)}]]`;

/** Delay of the first chunk of text in a stream. */
interface Delay {
	/** Since the server sent the chunk. */
	afterSentMs: number;
	/** Since the start of the run plus the server's time to first token. */
	afterStartMs: number;
}

export interface FirstChunkCase {
	client: 'node' | 'undici';
	/** Number of concurrent streams. */
	streams: number;
	samples: number;
	afterSent: Distribution;
	afterStart: Distribution;
}

/** Milliseconds. */
interface Distribution {
	median: number;
	percentile95: number;
	maximum: number;
}

/** Measures how long it takes until the first text of a stream is passed to `sendChunk`. */
export async function measureFirstChunk(
	host: SimulatorHost,
	scale: Scale,
): Promise<FirstChunkCase[]> {
	const simulator = await host.start({ timeToFirstTokenMs, tokensPerSecond });
	const cases: FirstChunkCase[] = [];
	for (const streams of [1, 25]) {
		const rounds = scaled(streams === 1 ? 30 : 12, scale);
		const delays: Record<FirstChunkCase['client'], Delay[]> = { node: [], undici: [] };
		// The first round is a warm-up and does not count.
		for (let round = 0; round <= rounds; round += 1) {
			const node = await measureNode(simulator, streams);
			const undici = await measureUndici(simulator, streams);
			if (round === 0) continue;
			delays.node.push(...node);
			delays.undici.push(...undici);
		}
		cases.push(summarize('node', streams, delays.node));
		cases.push(summarize('undici', streams, delays.undici));
	}
	await simulator.close();
	return cases;
}

export function formatFirstChunk(cases: FirstChunkCase[]): string {
	const clientNames = { node: 'W&B Inference Chat', undici: 'undici' };
	const rowOf = (
		origin: string,
		{ client, streams, samples }: FirstChunkCase,
		ms: Distribution,
	) => [
		origin,
		String(streams),
		clientNames[client],
		`**${ms.median.toFixed(1)} ms**`,
		`${ms.percentile95.toFixed(1)} ms`,
		`${ms.maximum.toFixed(1)} ms`,
		String(samples),
	];
	return formatTable(
		[
			'Measured from',
			'Concurrent streams',
			'Client',
			'Median',
			'95th percentile',
			'Maximum',
			'Samples',
		],
		[
			...cases.map((row) => rowOf('Sending', row, row.afterSent)),
			...cases.map((row) => rowOf('Start', row, row.afterStart)),
		],
	);
}

function summarize(
	client: FirstChunkCase['client'],
	streams: number,
	delays: Delay[],
): FirstChunkCase {
	const distributionOf = (values: number[]) => ({
		median: median(values),
		percentile95: quantile(values, 0.95),
		maximum: Math.max(...values),
	});
	return {
		client,
		streams,
		samples: delays.length,
		afterSent: distributionOf(delays.map(({ afterSentMs }) => afterSentMs)),
		afterStart: distributionOf(delays.map(({ afterStartMs }) => afterStartMs)),
	};
}

/** Calculates the delay from the text, which starts with the time at which the server sent it. */
function delayOf(text: string, startedMs: number): Delay {
	const nowMs = clockMs();
	const sentMs = parseFloat(text);
	if (Number.isNaN(sentMs)) {
		throw new Error(`The answer must start with a timestamp, not '${text}'.`);
	}
	return { afterSentMs: nowMs - sentMs, afterStartMs: nowMs - startedMs - timeToFirstTokenMs };
}

async function measureNode({ baseUrl }: RemoteSimulator, streams: number): Promise<Delay[]> {
	const delays = new Map<number, Delay>();
	const context = benchContext({
		baseUrl,
		items: numberedItems(streams),
		prompt,
		parameters: { throughput: { mode: 'fixed', maxConcurrency: streams } },
		onChunk: ({ type, content = '', metadata: { itemIndex = 0 } }) => {
			if (type === 'item' && !delays.has(itemIndex)) {
				delays.set(itemIndex, delayOf(content, startedMs));
			}
		},
	});
	const startedMs = clockMs();
	const { errors } = await runChat(context);
	if (delays.size !== streams) {
		throw new Error(`Not all answers were streamed. ${errors.join(' ')}`);
	}
	return [...delays.values()];
}

async function measureUndici({ baseUrl }: RemoteSimulator, streams: number): Promise<Delay[]> {
	const { origin, pathname } = new URL(baseUrl);
	const pool = new Pool(origin, { connections: streams, pipelining: 1 });
	const startedMs = clockMs();
	const measureStream = async (): Promise<Delay> => {
		const { body } = await pool.request({
			path: `${pathname}/chat/completions`,
			method: 'POST',
			headers: { authorization: 'Bearer simulator-key', 'content-type': 'application/json' },
			body: JSON.stringify({ model, messages: [{ role: 'user', content: prompt }], stream: true }),
		});
		let delay: Delay | undefined;
		for await (const bytes of body) {
			const text = /"content":"([^"]+)"/.exec(String(bytes))?.[1];
			if (text !== undefined) delay ??= delayOf(text, startedMs);
		}
		return delay ?? delayOf('', startedMs);
	};
	const delays = await Promise.all(Array.from({ length: streams }, measureStream));
	await pool.close();
	return delays;
}
