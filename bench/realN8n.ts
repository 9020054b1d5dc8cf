import type { N8nClient } from '../tools/n8n/createN8nClient';
import { outputItems } from '../tools/n8n/executions';
import type { SimulatorOptions } from '../tools/simulator/simulator';
import { formatSeconds, formatTable } from './formatTable';
import { median } from './median';
import {
	buildWorkflow,
	competitors,
	credentialOf,
	measuredNodeName,
	type Competitor,
} from './n8nWorkflow';
import { scaled, type Scale } from './scale';
import type { SimulatorHost } from './SimulatorHost';
import { runMeasured, withN8n } from './withN8n';

const latencyMs = 50;
const limit = 10;

const services = ['plain', 'errors', 'limited'] as const;

/** What the service does: nothing but answer, 5 % 429s at random, or a hard limit of ten at once. */
export type ServiceKind = (typeof services)[number];

export interface RealN8nCase {
	competitor: Competitor;
	itemCount: number;
	service: ServiceKind;
	retryOnFail: boolean;
	runs: number;
	succeededRuns: number;
	/** Items that came out; none when the node fails. */
	outputCount: number;
	nodeMs: number;
	requestsPerItem: number;
	error?: string;
}

export interface RealN8nResult {
	n8nVersion: string;
	cases: RealN8nCase[];
}

type Setting = Pick<RealN8nCase, 'competitor' | 'itemCount' | 'service' | 'retryOnFail'>;

interface Outcome {
	hasSucceeded: boolean;
	outputCount: number;
	nodeMs: number;
	requests: number;
	error?: string;
}

/** The node, the built-in OpenAI node and the HTTP Request node on the same items in a real n8n. */
export async function measureRealN8n(host: SimulatorHost, scale: Scale): Promise<RealN8nResult> {
	return await withN8n(async (client, n8nVersion) => ({
		n8nVersion,
		cases: await measureCases(client, host, scale),
	}));
}

export function formatRealN8n({ cases }: RealN8nResult): string {
	const competitorTitles: Record<Competitor, string> = {
		wandbInferenceChat: 'W&B Inference Chat',
		openAi: 'OpenAI 1.8',
		httpRequest: 'HTTP Request',
	};
	const serviceTitles: Record<ServiceKind, string> = {
		plain: 'answers',
		errors: '5 % 429s',
		limited: `limit of ${limit}`,
	};
	return formatTable(
		['Node', 'Items', 'Service', 'Retry On Fail', 'Succeeded', 'Time', 'Requests per item'],
		cases.map((row) => [
			competitorTitles[row.competitor],
			String(row.itemCount),
			serviceTitles[row.service],
			row.retryOnFail ? '5 tries' : 'off',
			row.succeededRuns === row.runs ? 'yes' : `**no** (${row.succeededRuns} of ${row.runs})`,
			formatSeconds(row.nodeMs),
			row.requestsPerItem.toFixed(2),
		]),
	);
}

async function measureCases(
	client: N8nClient,
	host: SimulatorHost,
	scale: Scale,
): Promise<RealN8nCase[]> {
	for (const competitor of competitors) {
		await runOnce(client, host, {
			competitor,
			itemCount: 20,
			service: 'plain',
			retryOnFail: false,
		});
	}
	const cases: RealN8nCase[] = [];
	for (const fullCount of [100, 1000]) {
		for (const service of services) {
			// Nothing fails at the plain service, so there is nothing to retry.
			for (const retryOnFail of service === 'plain' ? [false] : [false, true]) {
				for (const competitor of competitors) {
					const setting = { competitor, itemCount: scaled(fullCount, scale), service, retryOnFail };
					// A thousand items one after the other take a minute: those runs are not repeated.
					const runs = fullCount === 100 ? scale.repetitions : 1;
					cases.push(await measureCase(client, host, setting, runs));
				}
			}
		}
	}
	return cases;
}

async function measureCase(
	client: N8nClient,
	host: SimulatorHost,
	setting: Setting,
	runs: number,
): Promise<RealN8nCase> {
	const outcomes: Outcome[] = [];
	for (let run = 1; run <= runs; run += 1) {
		outcomes.push(await runOnce(client, host, setting, run));
	}
	return {
		...setting,
		runs,
		succeededRuns: outcomes.filter(({ hasSucceeded }) => hasSucceeded).length,
		outputCount: median(outcomes.map(({ outputCount }) => outputCount)),
		nodeMs: median(outcomes.map(({ nodeMs }) => nodeMs)),
		requestsPerItem: median(outcomes.map(({ requests }) => requests / setting.itemCount)),
		error: outcomes.find(({ error }) => error !== undefined)?.error,
	};
}

async function runOnce(
	client: N8nClient,
	host: SimulatorHost,
	setting: Setting,
	seed = 1,
): Promise<Outcome> {
	const simulator = await host.start(serviceOptions(setting.service, seed));
	const { baseUrl } = simulator;
	const credential = await client.saveCredential({
		name: `Bench ${setting.competitor}`,
		...credentialOf(setting.competitor, baseUrl),
	});
	const workflow = buildWorkflow({ ...setting, baseUrl, credential });
	const { execution, nodeMs } = await runMeasured(client, workflow);
	const { requests } = await simulator.readStatistics();
	await simulator.close();
	return {
		hasSucceeded: execution.status === 'success',
		outputCount: outputItems(execution, measuredNodeName).length,
		nodeMs,
		requests,
		error: execution.error?.message,
	};
}

function serviceOptions(service: ServiceKind, seed: number): SimulatorOptions {
	return {
		seed,
		latency: { kind: 'constant', ms: latencyMs },
		...(service === 'limited' ? { concurrencyLimit: limit } : {}),
		...(service === 'errors'
			? { faults: [{ when: { probability: 0.05 }, fault: { kind: 'status', status: 429 } }] }
			: {}),
	};
}
