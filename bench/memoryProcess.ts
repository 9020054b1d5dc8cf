/* eslint-disable @n8n/community-nodes/no-restricted-globals -- not shipped: runs outside n8n */
import type { IDataObject } from 'n8n-workflow';
import { benchContext, numberedItems } from './benchContext';
import { runChat, type ChatRun } from './runChat';

const sampleEveryMs = 250;
const sentence = 'The quick brown fox jumps over the lazy dog. ';
/** About 20 kB per prompt. An expression builds the prompt, so that it is not part of the input. */
const sentenceCount = 450;

export interface MemoryRun {
	baseUrl: string;
	itemCount: number;
}

export interface MemoryUsage {
	/** Largest live heap during the run, minus the live heap before it. */
	peakGrowthBytes: number;
	/** Live heap that the output occupies after the run. */
	outputBytes: number;
	outputJsonBytes: number;
	/** Total length of all prompts. */
	sentBytes: number;
}

/** Heap size after garbage collection. */
function liveHeapBytes(): number {
	if (!globalThis.gc) throw new Error('Run with --expose-gc.');
	globalThis.gc();
	return process.memoryUsage().heapUsed;
}

async function runItems(baseUrl: string, items: IDataObject[]): Promise<ChatRun['items']> {
	const prompt = `=[[tokens: 200]] {{ $json.row }} {{ '${sentence}'.repeat(${sentenceCount}) }}`;
	const { items: output, errors } = await runChat(benchContext({ baseUrl, items, prompt }));
	if (errors.length > 0) throw new Error(errors.join(' '));
	return output;
}

async function measure({ baseUrl, itemCount }: MemoryRun): Promise<MemoryUsage> {
	// Warm up, so that code loaded and compiled on first use is not counted.
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
		sentBytes: itemCount * sentenceCount * sentence.length,
	};
}

process.once('message', (run: MemoryRun) => {
	void measure(run).then((usage) => process.send?.(usage));
});
