/* eslint-disable @n8n/community-nodes/no-dangerous-functions, @n8n/community-nodes/no-restricted-globals, @n8n/community-nodes/no-restricted-imports -- not shipped: runs outside n8n */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { formatMegabytes, formatTable } from './formatTable';
import { median } from './median';
import type { MemoryRun, MemoryUsage } from './memoryProcess';
import { scaled, type Scale } from './scale';
import type { SimulatorHost } from './SimulatorHost';

export interface MemoryCase extends MemoryUsage {
	itemCount: number;
	/** Peak growth relative to the size of the output in memory. */
	ratio: number;
}

/** Measures how much the heap grows while many items with long prompts run. */
export async function measureMemory(host: SimulatorHost, scale: Scale): Promise<MemoryCase[]> {
	const cases: MemoryCase[] = [];
	for (const [fullCount, repetitions] of [
		[1000, scale.repetitions],
		[10_000, 1],
	] as const) {
		const itemCount = scaled(fullCount, scale);
		const runs: MemoryUsage[] = [];
		for (let repetition = 0; repetition < repetitions; repetition += 1) {
			const simulator = await host.start({});
			runs.push(await runInSeparateProcess({ baseUrl: simulator.baseUrl, itemCount }));
			await simulator.close();
		}
		const medianOf = (read: (run: MemoryUsage) => number) => median(runs.map(read));
		cases.push({
			itemCount,
			ratio: medianOf(({ peakGrowthBytes, outputBytes }) => peakGrowthBytes / outputBytes),
			peakGrowthBytes: medianOf(({ peakGrowthBytes }) => peakGrowthBytes),
			outputBytes: medianOf(({ outputBytes }) => outputBytes),
			outputJsonBytes: medianOf(({ outputJsonBytes }) => outputJsonBytes),
			sentBytes: medianOf(({ sentBytes }) => sentBytes),
		});
	}
	return cases;
}

export function formatMemory(cases: MemoryCase[]): string {
	const table = formatTable(
		[
			'Items',
			'Peak growth / output',
			'Peak growth',
			'Output in memory',
			'Output as JSON',
			'Prompts sent',
			'Peak growth per item',
		],
		cases.map((row) => [
			String(row.itemCount),
			`**${row.ratio.toFixed(2)}**`,
			formatMegabytes(row.peakGrowthBytes),
			formatMegabytes(row.outputBytes),
			formatMegabytes(row.outputJsonBytes),
			formatMegabytes(row.sentBytes),
			`${(row.peakGrowthBytes / row.itemCount / 1000).toFixed(1)} kB`,
		]),
	);
	return `${table}\n\n${formatGrowthPerItem(cases)}`;
}

/** Compares two runs to exclude memory that does not depend on the number of items. */
function formatGrowthPerItem(cases: MemoryCase[]): string {
	const [fewer, more] = cases;
	if (!fewer || !more) return '';
	const kilobytesPerItem = (read: (row: MemoryCase) => number) =>
		((read(more) - read(fewer)) / (more.itemCount - fewer.itemCount) / 1000).toFixed(2);
	const growth = kilobytesPerItem(({ peakGrowthBytes }) => peakGrowthBytes);
	const output = kilobytesPerItem(({ outputBytes }) => outputBytes);
	return `Each additional item adds ${growth} kB to the peak and ${output} kB to the output.`;
}

async function runInSeparateProcess(run: MemoryRun): Promise<MemoryUsage> {
	const child = fork(join(__dirname, 'memoryProcess.ts'), {
		execArgv: [...process.execArgv, '--expose-gc'],
	});
	child.send(run);
	const exited = once(child, 'exit').then(([code]) => {
		throw new Error(`The memory benchmark process exited with code ${String(code)}.`);
	});
	const [usage] = await Promise.race([once(child, 'message'), exited]);
	exited.catch(() => undefined);
	child.disconnect();
	return usage as MemoryUsage;
}
