/* eslint-disable @n8n/community-nodes/no-restricted-globals -- not shipped: runs outside n8n */
import type { IDataObject } from 'n8n-workflow';
import { createContext, numberedItems } from './createContext';
import { runChat } from './runChat';

const sampleEveryMs = 250;
const sentence = 'The quick brown fox jumps over the lazy dog. ';
/** About 20 kB, made for each item by its expression, so that it is no part of the input. */
const sentences = 450;

export interface MemoryOrder {
	baseUrl: string;
	itemCount: number;
}

export interface MemoryUse {
	/** Most live heap during the run above the heap before it. */
	peakGrowthBytes: number;
	/** What the output alone still holds of the heap after the run. */
	outputBytes: number;
	outputJsonBytes: number;
	/** Length of all prompts together. */
	sentBytes: number;
}

/** The heap without garbage: what is really held. */
function liveHeapBytes(): number {
	if (!globalThis.gc) throw new Error('Run with --expose-gc.');
	globalThis.gc();
	return process.memoryUsage().heapUsed;
}

async function runItems(
	baseUrl: string,
	items: IDataObject[],
): Promise<Awaited<ReturnType<typeof runChat>>['items']> {
	const prompt = `=[[tokens: 200]] {{ $json.row }} {{ '${sentence}'.repeat(${sentences}) }}`;
	const { items: output, errors } = await runChat(createContext({ baseUrl, items, prompt }));
	if (errors.length > 0) throw new Error(errors.join(' '));
	return output;
}

async function measure({ baseUrl, itemCount }: MemoryOrder): Promise<MemoryUse> {
	// What is loaded and compiled at first use is not what an item costs.
	await runItems(baseUrl, numberedItems(200));
	const items = numberedItems(itemCount);
	const beforeBytes = liveHeapBytes();
	let peakBytes = beforeBytes;
	const sampler = setInterval(() => {
		peakBytes = Math.max(peakBytes, liveHeapBytes());
	}, sampleEveryMs);
	const output = await runItems(baseUrl, items);
	clearInterval(sampler);
	const afterBytes = liveHeapBytes();
	return {
		peakGrowthBytes: Math.max(peakBytes, afterBytes) - beforeBytes,
		outputBytes: afterBytes - beforeBytes,
		outputJsonBytes: Buffer.byteLength(JSON.stringify(output)),
		sentBytes: itemCount * sentences * sentence.length,
	};
}

process.once('message', (order: MemoryOrder) => {
	void measure(order).then((use) => process.send?.(use));
});
