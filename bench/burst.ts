import { benchContext, numberedItems } from './benchContext';
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
	/** Number of successful executions in each repetition. */
	succeededCounts: number[];
	requestsPerExecution: number;
	durationMs: number;
	/** `executionCount * latencyMs / limit` */
	optimumMs: number;
	ratio: number;
}

/** Measures 100 simultaneous executions with one item each, as webhook calls start them. */
export async function measureBurst(host: SimulatorHost, scale: Scale): Promise<BurstResult> {
	const runs: Array<{ durationMs: number; succeededCount: number; requests: number }> = [];
	for (let repetition = 0; repetition < scale.repetitions; repetition += 1) {
		runs.push(await runBurst(host));
	}
	const medianOf = (read: (run: (typeof runs)[number]) => number) => median(runs.map(read));
	const durationMs = medianOf((run) => run.durationMs);
	const optimumMs = (executionCount * latencyMs) / limit;
	return {
		executionCount,
		limit,
		succeededCounts: runs.map(({ succeededCount }) => succeededCount),
		requestsPerExecution: medianOf(({ requests }) => requests / executionCount),
		durationMs,
		optimumMs,
		ratio: durationMs / optimumMs,
	};
}

export function formatBurst(result: BurstResult): string {
	return formatTable(
		[
			'Executions',
			'Concurrency limit',
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
		benchContext({ baseUrl: simulator.baseUrl, items: numberedItems(1), prompt: '[[tokens: 4]]' }),
	);
	const startedMs = performance.now();
	const runs = await Promise.all(contexts.map(runChat));
	const durationMs = performance.now() - startedMs;
	const { requests } = await simulator.readStatistics();
	await simulator.close();
	const succeededCount = runs.filter(({ failedCount }) => failedCount === 0).length;
	return { durationMs, succeededCount, requests };
}
