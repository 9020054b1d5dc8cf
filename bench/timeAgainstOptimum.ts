import { Pace } from '../tools/simulator/Pace';
import type { Latency, SimulatorOptions } from '../tools/simulator/simulator';
import { readSettings } from '../tools/simulator/simulatorOptions';
import { benchContext, numberedItems } from './benchContext';
import { formatSeconds, formatTable } from './formatTable';
import { median } from './median';
import { runChat } from './runChat';
import { scaled, type Scale } from './scale';
import type { SimulatorHost } from './SimulatorHost';

const limits = [1, 10, 50, 200];
/** How many items each slot completes, one after another. */
const itemsPerSlot = 20;
/** Higher than all limits. The default of 64 would cap the larger ones. */
const maxConcurrency = 512;

export interface OptimumCase {
	limit: number;
	latency: Latency['kind'];
	/** Share of requests that fail with a 503. */
	errorShare: number;
	itemCount: number;
	/** Sum of all response times / `limit`, as if every slot were always in use. */
	optimumMs: number;
	adaptiveMs: number;
	ratio: number;
	requestsPerItem: number;
	failedCount: number;
	errors: string[];
	/** Time / optimum of one run in Fixed mode with this limit. */
	fixedRatio: number;
}

interface Setting {
	limit: number;
	kind: Latency['kind'];
	errorShare: number;
}

interface Measurement {
	durationMs: number;
	ratio: number;
	optimumMs: number;
	requestsPerItem: number;
	failedCount: number;
	errors: string[];
}

/** Measures the time to complete all items when the node does not know the concurrency limit. */
export async function measureTimeAgainstOptimum(
	host: SimulatorHost,
	scale: Scale,
): Promise<OptimumCase[]> {
	const settings: Setting[] = limits.flatMap((limit) => [
		{ limit, kind: 'constant', errorShare: 0 },
		{ limit, kind: 'logNormal', errorShare: 0 },
	]);
	settings.push({ limit: 10, kind: 'constant', errorShare: 0.02 });
	const cases: OptimumCase[] = [];
	for (const setting of settings) cases.push(await measureCase(host, setting, scale));
	return cases;
}

export function formatTimeAgainstOptimum(cases: OptimumCase[]): string {
	return formatTable(
		[
			'Concurrency limit',
			'Response times',
			'Items',
			'Time / optimum',
			'Time',
			'Optimum',
			'Requests per item',
			'Failed items',
			'Fixed mode / optimum',
		],
		cases.map((row) => [
			`${row.limit}${row.errorShare > 0 ? `, ${row.errorShare * 100}% 503 responses` : ''}`,
			row.latency === 'constant' ? 'constant' : 'log-normal',
			String(row.itemCount),
			`**${row.ratio.toFixed(2)}**`,
			formatSeconds(row.adaptiveMs),
			formatSeconds(row.optimumMs),
			row.requestsPerItem.toFixed(3),
			String(row.failedCount),
			row.fixedRatio.toFixed(2),
		]),
	);
}

async function measureCase(
	host: SimulatorHost,
	setting: Setting,
	scale: Scale,
): Promise<OptimumCase> {
	const itemCount = scaled(itemsPerSlot, scale) * setting.limit;
	const runs: Measurement[] = [];
	// With constant response times and no errors, the runs hardly differ.
	const isSteady = setting.kind === 'constant' && setting.errorShare === 0;
	const repetitions = isSteady ? 1 : scale.repetitions;
	for (let repetition = 1; repetition <= repetitions; repetition += 1) {
		runs.push(await measureOnce(host, setting, itemCount, repetition, 'adaptive'));
	}
	const fixed = await measureOnce(host, setting, itemCount, 1, 'fixed');
	const medianOf = (read: (run: Measurement) => number) => median(runs.map(read));
	return {
		limit: setting.limit,
		latency: setting.kind,
		errorShare: setting.errorShare,
		itemCount,
		optimumMs: medianOf(({ optimumMs }) => optimumMs),
		adaptiveMs: medianOf(({ durationMs }) => durationMs),
		ratio: medianOf(({ ratio }) => ratio),
		requestsPerItem: medianOf(({ requestsPerItem }) => requestsPerItem),
		failedCount: runs.reduce((sum, { failedCount }) => sum + failedCount, 0),
		errors: [...new Set(runs.flatMap(({ errors }) => errors))],
		fixedRatio: fixed.ratio,
	};
}

async function measureOnce(
	host: SimulatorHost,
	setting: Setting,
	itemCount: number,
	seed: number,
	mode: 'adaptive' | 'fixed',
): Promise<Measurement> {
	const options = createSimulatorOptions(setting, seed);
	const simulator = await host.start(options);
	const context = benchContext({
		baseUrl: simulator.baseUrl,
		items: numberedItems(itemCount),
		prompt: '[[tokens: 4]]',
		parameters: {
			throughput: { mode, maxConcurrency: mode === 'fixed' ? setting.limit : maxConcurrency },
		},
	});
	const { durationMs, failedCount, errors } = await runChat(context);
	const { requests } = await simulator.readStatistics();
	await simulator.close();
	const optimumMs = totalLatencyMs(options, itemCount) / setting.limit;
	const ratio = durationMs / optimumMs;
	const requestsPerItem = requests / itemCount;
	return { durationMs, ratio, optimumMs, requestsPerItem, failedCount, errors };
}

function createSimulatorOptions(
	{ limit, kind, errorShare }: Setting,
	seed: number,
): SimulatorOptions {
	// With 200 responses per 300 ms, the CPU would be the bottleneck instead of the limit.
	const ms = limit < 200 ? 300 : 600;
	return {
		seed,
		concurrencyLimit: limit,
		latency: kind === 'constant' ? { kind, ms } : { kind, medianMs: ms, sigma: 0.6 },
		faults:
			errorShare === 0
				? []
				: [{ when: { probability: errorShare }, fault: { kind: 'status', status: 503 } }],
	};
}

/** Sum of the latencies that the simulator generates for these items. */
function totalLatencyMs(options: SimulatorOptions, itemCount: number): number {
	const pace = new Pace(readSettings(options));
	let sumMs = 0;
	for (let item = 0; item < itemCount; item += 1) sumMs += pace.next(0).lastMs;
	return sumMs;
}
