import { Pool } from 'undici';
import { clockMs, clockWord } from './clock';
import { createContext, model, numberedItems } from './createContext';
import { formatTable } from './formatTable';
import { median, quantile } from './median';
import { runChat } from './runChat';
import { scaled, type Scale } from './scale';
import type { RemoteSimulator, SimulatorHost } from './SimulatorHost';

const timeToFirstTokenMs = 200;
const tokensPerSecond = 100;
const prompt = `[[answer: ${clockWord}${' and more of it'.repeat(7)}]]`;

/** One stream: how late its first piece of text was. */
interface Lateness {
	/** After the server sent it. */
	afterSentMs: number;
	/** After the start of the call and the server's own time to its first token. */
	afterStartMs: number;
}

export interface FirstChunkCase {
	client: 'node' | 'undici';
	/** Answers that stream at the same time. */
	streams: number;
	samples: number;
	afterSent: Spread;
	afterStart: Spread;
}

/** Milliseconds. */
interface Spread {
	median: number;
	slowTwentieth: number;
	longest: number;
}

/** How long after the server's first token the first text is handed to `sendChunk`. */
export async function measureFirstChunk(
	host: SimulatorHost,
	scale: Scale,
): Promise<FirstChunkCase[]> {
	const simulator = await host.start({ timeToFirstTokenMs, tokensPerSecond });
	const cases: FirstChunkCase[] = [];
	for (const streams of [1, 25]) {
		const rounds = scaled(streams === 1 ? 30 : 12, scale);
		const late: Record<FirstChunkCase['client'], Lateness[]> = { node: [], undici: [] };
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
	const inMs = (spread: Spread) => [
		`**${spread.median.toFixed(1)} ms**`,
		`${spread.slowTwentieth.toFixed(1)} ms`,
		`${spread.longest.toFixed(1)} ms`,
	];
	return formatTable(
		[
			'Client',
			'Streams at once',
			'After the server: median',
			'95 % within',
			'Longest',
			'After the start: median',
			'95 % within',
			'Longest',
			'Samples',
		],
		cases.map(({ client, streams, afterSent, afterStart, samples }) => [
			client === 'node' ? 'the node, to `sendChunk`' : 'undici, to the first bytes of text',
			String(streams),
			...inMs(afterSent),
			...inMs(afterStart),
			String(samples),
		]),
	);
}

function summarise(
	client: FirstChunkCase['client'],
	streams: number,
	late: Lateness[],
): FirstChunkCase {
	const spreadOf = (values: number[]) => ({
		median: median(values),
		slowTwentieth: quantile(values, 0.95),
		longest: Math.max(...values),
	});
	return {
		client,
		streams,
		samples: late.length,
		afterSent: spreadOf(late.map(({ afterSentMs }) => afterSentMs)),
		afterStart: spreadOf(late.map(({ afterStartMs }) => afterStartMs)),
	};
}

/** `text` is the server's clock as it sent it. */
function latenessOf(text: string, startedMs: number): Lateness {
	const nowMs = clockMs();
	const sentMs = parseFloat(text);
	if (Number.isNaN(sentMs)) throw new Error(`The answer begins with '${text}', not with a time.`);
	return { afterSentMs: nowMs - sentMs, afterStartMs: nowMs - startedMs - timeToFirstTokenMs };
}

async function watchNode({ baseUrl }: RemoteSimulator, streams: number): Promise<Lateness[]> {
	const late = new Map<number, Lateness>();
	const context = createContext({
		baseUrl,
		items: numberedItems(streams),
		prompt,
		parameters: { throughput: { mode: 'fixed', maxConcurrency: streams } },
		onChunk: ({ type, content = '', metadata: { itemIndex = 0 } }) => {
			if (type === 'item' && !late.has(itemIndex)) {
				late.set(itemIndex, latenessOf(content, startedMs));
			}
		},
	});
	const startedMs = clockMs();
	const { errors } = await runChat(context);
	if (late.size !== streams) throw new Error(`Not all answers streamed. ${errors.join(' ')}`);
	return [...late.values()];
}

async function watchUndici({ baseUrl }: RemoteSimulator, streams: number): Promise<Lateness[]> {
	const { origin, pathname } = new URL(baseUrl);
	const pool = new Pool(origin, { connections: streams, pipelining: 1 });
	const startedMs = clockMs();
	const watchOne = async (): Promise<Lateness> => {
		const { body } = await pool.request({
			path: `${pathname}/chat/completions`,
			method: 'POST',
			headers: { authorization: 'Bearer simulator-key', 'content-type': 'application/json' },
			body: JSON.stringify({ model, messages: [{ role: 'user', content: prompt }], stream: true }),
		});
		let late: Lateness | undefined;
		for await (const bytes of body) {
			const text = /"content":"([^"]+)"/.exec(String(bytes))?.[1];
			if (text !== undefined) late ??= latenessOf(text, startedMs);
		}
		return late ?? latenessOf('', startedMs);
	};
	const late = await Promise.all(Array.from({ length: streams }, watchOne));
	await pool.close();
	return late;
}
