import { Pool } from 'undici';
import { createContext, model, numberedItems } from './createContext';
import { formatTable } from './formatTable';
import { median, quantile } from './median';
import { runChat } from './runChat';
import { scaled, type Scale } from './scale';
import type { RemoteSimulator, SimulatorHost } from './SimulatorHost';

const timeToFirstTokenMs = 200;
const tokensPerSecond = 100;
const prompt = '[[tokens: 30]]';

export interface FirstChunkCase {
	client: 'node' | 'undici';
	/** Answers that stream at the same time. */
	streams: number;
	samples: number;
	/** After the server's own time to its first token, everything included from the call on. */
	medianLateMs: number;
	slowTwentiethLateMs: number;
	longestLateMs: number;
}

/** How long after the server's first token the first text is handed to `sendChunk`. */
export async function measureFirstChunk(
	host: SimulatorHost,
	scale: Scale,
): Promise<FirstChunkCase[]> {
	const simulator = await host.start({ timeToFirstTokenMs, tokensPerSecond });
	const cases: FirstChunkCase[] = [];
	for (const streams of [1, 25]) {
		const rounds = scaled(streams === 1 ? 30 : 6, scale);
		const late: Record<FirstChunkCase['client'], number[]> = { node: [], undici: [] };
		// One round more than counts, for warming up.
		for (let round = 0; round <= rounds; round += 1) {
			const node = await watchNode(simulator, streams);
			const undici = await watchUndici(simulator, streams);
			if (round === 0) continue;
			late.node.push(...node);
			late.undici.push(...undici);
		}
		cases.push(summarise('node', streams, late.node), summarise('undici', streams, late.undici));
	}
	await simulator.close();
	return cases;
}

export function formatFirstChunk(cases: FirstChunkCase[]): string {
	return formatTable(
		['Client', 'Streams at once', 'Median', '95 % within', 'Longest', 'Samples'],
		cases.map((row) => [
			row.client === 'node' ? 'the node, to `sendChunk`' : 'undici, to the first bytes of text',
			String(row.streams),
			`**${row.medianLateMs.toFixed(1)} ms**`,
			`${row.slowTwentiethLateMs.toFixed(1)} ms`,
			`${row.longestLateMs.toFixed(1)} ms`,
			String(row.samples),
		]),
	);
}

function summarise(
	client: FirstChunkCase['client'],
	streams: number,
	lateMs: number[],
): FirstChunkCase {
	return {
		client,
		streams,
		samples: lateMs.length,
		medianLateMs: median(lateMs),
		slowTwentiethLateMs: quantile(lateMs, 0.95),
		longestLateMs: Math.max(...lateMs),
	};
}

async function watchNode({ baseUrl }: RemoteSimulator, streams: number): Promise<number[]> {
	const lateMs: number[] = [];
	const seen = new Set<number>();
	const context = createContext({
		baseUrl,
		items: numberedItems(streams),
		prompt,
		parameters: { throughput: { mode: 'fixed', maxConcurrency: streams } },
		onChunk: ({ type, metadata }) => {
			const { itemIndex } = metadata;
			if (type !== 'item' || itemIndex === undefined || seen.has(itemIndex)) return;
			seen.add(itemIndex);
			lateMs.push(performance.now() - startedMs - timeToFirstTokenMs);
		},
	});
	const startedMs = performance.now();
	const { errors } = await runChat(context);
	if (lateMs.length !== streams) throw new Error(`Not all answers streamed. ${errors.join(' ')}`);
	return lateMs;
}

async function watchUndici({ baseUrl }: RemoteSimulator, streams: number): Promise<number[]> {
	const { origin, pathname } = new URL(baseUrl);
	const pool = new Pool(origin, { connections: streams, pipelining: 1 });
	const startedMs = performance.now();
	const watchOne = async (): Promise<number> => {
		const { body } = await pool.request({
			path: `${pathname}/chat/completions`,
			method: 'POST',
			headers: { authorization: 'Bearer simulator-key', 'content-type': 'application/json' },
			body: JSON.stringify({ model, messages: [{ role: 'user', content: prompt }], stream: true }),
		});
		let lateMs = NaN;
		for await (const bytes of body) {
			if (!Number.isNaN(lateMs) || !/"content":"[^"]/.test(String(bytes))) continue;
			lateMs = performance.now() - startedMs - timeToFirstTokenMs;
		}
		return lateMs;
	};
	const lateMs = await Promise.all(Array.from({ length: streams }, watchOne));
	await pool.close();
	return lateMs;
}
