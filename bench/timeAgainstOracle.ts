import { Pace } from '../tools/simulator/Pace';
import type { Latency, SimulatorOptions } from '../tools/simulator/simulator';
import { readSettings } from '../tools/simulator/simulatorOptions';
import { createContext, numberedItems } from './createContext';
import { formatSeconds, formatTable } from './formatTable';
import { median } from './median';
import { runChat } from './runChat';
import { scaled, type Scale } from './scale';
import type { SimulatorHost } from './SimulatorHost';

const limits = [1, 4, 10, 50, 200];
/** Items for each place: as many answers as one place gives one after the other. */
const itemsPerPlace = 20;
/** Above the largest limit, or the node's own default of 64 would be what is measured. */
const maxConcurrency = 512;

export interface OracleCase {
	limit: number;
	latency: Latency['kind'];
	/** Share of requests that the service answers with 503. */
	errorShare: number;
	itemCount: number;
	/** `N * t / C`: the time of a client that knows the limit and never leaves a place empty. */
	oracleMs: number;
	adaptiveMs: number;
	ratio: number;
	requestsPerItem: number;
	failedCount: number;
	errors: string[];
	/** One run with mode Fixed and exactly this limit, against the same oracle. */
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
	oracleMs: number;
	requestsPerItem: number;
	failedCount: number;
	errors: string[];
}

/** Time to answer all items under hard limits that the node is not told, against the optimum. */
export async function measureTimeAgainstOracle(
	host: SimulatorHost,
	scale: Scale,
): Promise<OracleCase[]> {
	const settings: Setting[] = limits.flatMap((limit) => [
		{ limit, kind: 'constant', errorShare: 0 },
		{ limit, kind: 'logNormal', errorShare: 0 },
	]);
	settings.push({ limit: 10, kind: 'constant', errorShare: 0.02 });
	const cases: OracleCase[] = [];
	for (const setting of settings) cases.push(await measureCase(host, setting, scale));
	return cases;
}

export function formatTimeAgainstOracle(cases: OracleCase[]): string {
	return formatTable(
		[
			'Limit of the service',
			'Answers',
			'Items',
			'Time / optimum',
			'Time',
			'Optimum',
			'Requests per item',
			'Failed',
			'Told the limit (Fixed) / optimum',
		],
		cases.map((row) => [
			`${row.limit}${row.errorShare > 0 ? ` and ${row.errorShare * 100} % 503s` : ''}`,
			row.latency === 'constant' ? 'constant' : 'log-normal',
			String(row.itemCount),
			`**${row.ratio.toFixed(2)}**`,
			formatSeconds(row.adaptiveMs),
			formatSeconds(row.oracleMs),
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
): Promise<OracleCase> {
	const itemCount = scaled(itemsPerPlace, scale) * setting.limit;
	const runs: Measurement[] = [];
	for (let repetition = 1; repetition <= scale.repetitions; repetition += 1) {
		runs.push(await measureOnce(host, setting, itemCount, repetition, 'adaptive'));
	}
	const fixed = await measureOnce(host, setting, itemCount, 1, 'fixed');
	const medianOf = (read: (run: Measurement) => number) => median(runs.map(read));
	return {
		limit: setting.limit,
		latency: setting.kind,
		errorShare: setting.errorShare,
		itemCount,
		oracleMs: medianOf(({ oracleMs }) => oracleMs),
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
	const options = simulatorOptions(setting, seed);
	const simulator = await host.start(options);
	const context = createContext({
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
	const oracleMs = workMs(options, itemCount) / setting.limit;
	const ratio = durationMs / oracleMs;
	const requestsPerItem = requests / itemCount;
	return { durationMs, ratio, oracleMs, requestsPerItem, failedCount, errors };
}

function simulatorOptions({ limit, kind, errorShare }: Setting, seed: number): SimulatorOptions {
	// 200 answers in 300 ms would measure the processor of the machine, not the limiter.
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

/** The sum of the latencies that the simulator draws for these items. */
function workMs(options: SimulatorOptions, itemCount: number): number {
	const pace = new Pace(readSettings(options));
	let sumMs = 0;
	for (let item = 0; item < itemCount; item += 1) sumMs += pace.next(0).lastMs;
	return sumMs;
}
