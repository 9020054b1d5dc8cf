/* eslint-disable @n8n/community-nodes/no-restricted-globals -- not shipped: runs outside n8n */
import type { SimulatorOptions } from '../tools/simulator/simulator';
import { benchContext, numberedItems } from './benchContext';
import { formatSeconds, formatTable } from './formatTable';
import { median } from './median';
import { runChat } from './runChat';
import { scaled, type Scale } from './scale';
import type { RemoteSimulator, SimulatorHost } from './SimulatorHost';

export interface PacingCase {
	name: string;
	itemCount: number;
	durationMs: number;
	/** What `referenceMs` is the time of. */
	reference: string;
	referenceMs: number;
	ratio: number;
	requestsPerItem: number;
	failedCount: number;
}

interface Scenario {
	name: string;
	itemCount: number;
	service: SimulatorOptions;
	/** The time to compare with: a number, or a run with other settings. */
	reference: { name: string } & (
		| { ms: (itemCount: number) => number }
		| { service?: SimulatorOptions; maxConcurrency?: number }
	);
	/** Runs before the measurement, e.g. to let the node learn a limit. */
	prepare?: (simulator: RemoteSimulator) => Promise<void>;
}

const constant = (ms: number) => ({ kind: 'constant', ms }) as const;
const limitOf10 = { concurrencyLimit: 10, latency: constant(300) };
const optimum = { name: 'optimum', ms: (itemCount: number) => (itemCount / 10) * 300 };
const fixed64 = { name: 'Fixed, 64', maxConcurrency: 64 };
/** Longer than the governor remembers an idle account. */
const idleMs = 3500;

const scenarios: Scenario[] = [
	{
		name: 'Limit of 10, 300 ms, first run',
		itemCount: 200,
		service: limitOf10,
		reference: optimum,
	},
	{
		name: 'Limit of 10, 300 ms, after a run without a limit',
		itemCount: 200,
		service: { latency: constant(300) },
		reference: optimum,
		prepare: async (simulator) => {
			await run(simulator, 400);
			await new Promise((resolve) => setTimeout(resolve, idleMs));
			await simulator.setConcurrencyLimit(10);
		},
	},
	{
		name: 'No limit, 500 ms',
		itemCount: 100,
		service: { latency: constant(500) },
		reference: fixed64,
	},
	{
		name: 'No limit, 64 streams of 3 s',
		itemCount: 64,
		service: { timeToFirstTokenMs: 100, latency: constant(3000) },
		reference: fixed64,
	},
	{
		name: 'No limit, every 20th response a 429, 300 ms',
		itemCount: 200,
		service: {
			latency: constant(300),
			faults: [{ when: { every: 20 }, fault: { kind: 'status', status: 429 } }],
		},
		reference: fixed64,
	},
	{
		name: 'Limit of 10, 300 ms, Retry-After of 3 s on every 429',
		itemCount: 200,
		service: { ...limitOf10, concurrencyRetryAfter: '3' },
		reference: { name: 'no Retry-After', service: limitOf10 },
	},
];

/** Measures how the node finds its pace in situations that are hard for it. */
export async function measurePacing(host: SimulatorHost, scale: Scale): Promise<PacingCase[]> {
	const cases: PacingCase[] = [];
	for (const scenario of scenarios) cases.push(await measureScenario(host, scenario, scale));
	return cases;
}

export function formatPacing(cases: PacingCase[]): string {
	return formatTable(
		[
			'Situation',
			'Items',
			'Compared with',
			'Time / compared',
			'Time',
			'Requests per item',
			'Failed',
		],
		cases.map((row) => [
			row.name,
			String(row.itemCount),
			row.reference,
			`**${row.ratio.toFixed(2)}**`,
			formatSeconds(row.durationMs),
			row.requestsPerItem.toFixed(3),
			String(row.failedCount),
		]),
	);
}

async function measureScenario(
	host: SimulatorHost,
	scenario: Scenario,
	scale: Scale,
): Promise<PacingCase> {
	const itemCount = scaled(scenario.itemCount, scale);
	const { name, reference, service, prepare } = scenario;
	const runs: Array<{ durationMs: number; referenceMs: number; requests: number; failed: number }> =
		[];
	for (let repetition = 0; repetition < scale.repetitions; repetition += 1) {
		const referenceMs =
			'ms' in reference
				? reference.ms(itemCount)
				: (await runOnce(host, reference.service ?? service, itemCount, reference)).durationMs;
		runs.push({ referenceMs, ...(await runOnce(host, service, itemCount, { prepare })) });
	}
	const medianOf = (read: (run: (typeof runs)[number]) => number) => median(runs.map(read));
	return {
		name,
		itemCount,
		durationMs: medianOf(({ durationMs }) => durationMs),
		reference: reference.name,
		referenceMs: medianOf(({ referenceMs }) => referenceMs),
		ratio: medianOf(({ durationMs, referenceMs }) => durationMs / referenceMs),
		requestsPerItem: medianOf(({ requests }) => requests / itemCount),
		failedCount: runs.reduce((sum, { failed }) => sum + failed, 0),
	};
}

async function runOnce(
	host: SimulatorHost,
	service: SimulatorOptions,
	itemCount: number,
	{ prepare, maxConcurrency }: { prepare?: Scenario['prepare']; maxConcurrency?: number },
): Promise<{ durationMs: number; requests: number; failed: number }> {
	const simulator = await host.start(service);
	await prepare?.(simulator);
	const before = (await simulator.readStatistics()).requests;
	const { durationMs, failedCount } = await run(simulator, itemCount, maxConcurrency);
	const { requests } = await simulator.readStatistics();
	await simulator.close();
	return { durationMs, requests: requests - before, failed: failedCount };
}

/** Adaptive, unless there is a fixed number. */
async function run({ baseUrl }: RemoteSimulator, itemCount: number, maxConcurrency?: number) {
	return await runChat(
		benchContext({
			baseUrl,
			items: numberedItems(itemCount),
			prompt: '[[tokens: 4]]',
			parameters:
				maxConcurrency === undefined ? {} : { throughput: { mode: 'fixed', maxConcurrency } },
		}),
	);
}
