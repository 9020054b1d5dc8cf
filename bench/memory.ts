/* eslint-disable @n8n/community-nodes/no-dangerous-functions, @n8n/community-nodes/no-restricted-globals, @n8n/community-nodes/no-restricted-imports -- not shipped: runs outside n8n */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { formatMegabytes, formatTable } from './formatTable';
import { median } from './median';
import type { MemoryOrder, MemoryUse } from './memoryProcess';
import { scaled, type Scale } from './scale';
import type { SimulatorHost } from './SimulatorHost';

export interface MemoryCase extends MemoryUse {
	itemCount: number;
	/** Peak growth relative to the memory that the finished output takes by itself. */
	ratio: number;
}

/** How far the heap grows while many items with long prompts run, against what the output takes. */
export async function measureMemory(host: SimulatorHost, scale: Scale): Promise<MemoryCase[]> {
	const cases: MemoryCase[] = [];
	for (const fullCount of [1000, 10_000]) {
		const itemCount = scaled(fullCount, scale);
		const runs: MemoryUse[] = [];
		for (let repetition = 0; repetition < scale.repetitions; repetition += 1) {
			const simulator = await host.start({});
			runs.push(await runInOwnProcess({ baseUrl: simulator.baseUrl, itemCount }));
			await simulator.close();
		}
		const medianOf = (read: (run: MemoryUse) => number) => median(runs.map(read));
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
			'Peak growth of the heap',
			'Output on the heap',
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
	return `${table}\n\n${formatSlope(cases)}`;
}

/** What the items in flight hold is the same for any number of items: the slope leaves it out. */
function formatSlope(cases: MemoryCase[]): string {
	const [fewer, more] = cases;
	if (!fewer || !more) return '';
	const kilobytesPerItem = (read: (row: MemoryCase) => number) =>
		((read(more) - read(fewer)) / (more.itemCount - fewer.itemCount) / 1000).toFixed(2);
	const growth = kilobytesPerItem(({ peakGrowthBytes }) => peakGrowthBytes);
	const output = kilobytesPerItem(({ outputBytes }) => outputBytes);
	return `Each further item adds ${growth} kB to the peak; its output takes ${output} kB.`;
}

async function runInOwnProcess(order: MemoryOrder): Promise<MemoryUse> {
	const child = fork(join(__dirname, 'memoryProcess.ts'), {
		execArgv: [...process.execArgv, '--expose-gc'],
	});
	child.send(order);
	const exited = once(child, 'exit').then(([code]) => {
		throw new Error(`The process that measures memory ended with ${String(code)}.`);
	});
	const [use] = await Promise.race([once(child, 'message'), exited]);
	exited.catch(() => undefined);
	child.disconnect();
	return use as MemoryUse;
}
