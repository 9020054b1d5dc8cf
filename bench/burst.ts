import { createContext, numberedItems } from './createContext';
import { formatSeconds, formatTable } from './formatTable';
import { median } from './median';
import { runChat } from './runChat';
import type { Scale } from './scale';
import type { SimulatorHost } from './SimulatorHost';

const executionCount = 100;
const limit = 8;
const latencyMs = 300;

export interface BurstResult {
	executionCount: number;
	limit: number;
	/** Of every repetition. */
	succeededCounts: number[];
	requestsPerExecution: number;
	durationMs: number;
	/** `N * t / C`. */
	oracleMs: number;
	ratio: number;
}

/** A hundred executions of one item at the same moment, as webhooks make them, and few places. */
export async function measureBurst(host: SimulatorHost, scale: Scale): Promise<BurstResult> {
	const runs: Array<{ durationMs: number; succeededCount: number; requests: number }> = [];
	for (let repetition = 0; repetition < scale.repetitions; repetition += 1) {
		runs.push(await runBurst(host));
	}
	const medianOf = (read: (run: (typeof runs)[number]) => number) => median(runs.map(read));
	const durationMs = medianOf((run) => run.durationMs);
	const oracleMs = (executionCount * latencyMs) / limit;
	return {
		executionCount,
		limit,
		succeededCounts: runs.map(({ succeededCount }) => succeededCount),
		requestsPerExecution: medianOf(({ requests }) => requests / executionCount),
		durationMs,
		oracleMs,
		ratio: durationMs / oracleMs,
	};
}

export function formatBurst(result: BurstResult): string {
	return formatTable(
		[
			'Executions at once',
			'Limit',
			'Succeeded',
			'Time / optimum',
			'Time',
			'Requests per execution',
		],
		[
			[
				String(result.executionCount),
				String(result.limit),
				result.succeededCounts.join(', '),
				`**${result.ratio.toFixed(2)}**`,
				formatSeconds(result.durationMs),
				result.requestsPerExecution.toFixed(2),
			],
		],
	);
}

async function runBurst(
	host: SimulatorHost,
): Promise<{ durationMs: number; succeededCount: number; requests: number }> {
	const simulator = await host.start({
		concurrencyLimit: limit,
		latency: { kind: 'constant', ms: latencyMs },
	});
	const contexts = Array.from({ length: executionCount }, () =>
		createContext({ baseUrl: simulator.baseUrl, items: numberedItems(1), prompt: '[[tokens: 4]]' }),
	);
	const startedMs = performance.now();
	const runs = await Promise.all(contexts.map(runChat));
	const durationMs = performance.now() - startedMs;
	const { requests } = await simulator.readStatistics();
	await simulator.close();
	const succeededCount = runs.filter(({ failedCount }) => failedCount === 0).length;
	return { durationMs, succeededCount, requests };
}
