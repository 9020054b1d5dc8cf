import type { N8nClient } from '../tools/n8n/createN8nClient';
import { outputItems } from '../tools/n8n/executions';
import type { SimulatorOptions } from '../tools/simulator/simulator';
import { measuredNodeName } from './benchWorkflow';
import {
	comparedNodes,
	createComparisonWorkflow,
	credentialFor,
	type ComparedNode,
} from './comparedNodes';
import { formatSeconds, formatTable } from './formatTable';
import { median } from './median';
import { scaled, type Scale } from './scale';
import type { SimulatorHost } from './SimulatorHost';
import { runMeasured, withN8n } from './withN8n';

const latencyMs = 50;
const limit = 10;

const services = ['plain', 'errors', 'limited'] as const;

/** No errors, 5% random 429 responses, or a limit of 10 concurrent requests. */
type ServiceKind = (typeof services)[number];

interface NodeComparisonCase {
	node: ComparedNode;
	itemCount: number;
	service: ServiceKind;
	retryOnFail: boolean;
	runs: number;
	succeededRuns: number;
	/** Number of output items. A node that fails returns none. */
	outputCount: number;
	nodeMs: number;
	requestsPerItem: number;
	error?: string;
}

export interface NodeComparison {
	n8nVersion: string;
	cases: NodeComparisonCase[];
}

type Setting = Pick<NodeComparisonCase, 'node' | 'itemCount' | 'service' | 'retryOnFail'>;

interface Outcome {
	hasSucceeded: boolean;
	outputCount: number;
	nodeMs: number;
	requests: number;
	error?: string;
}

/** Compares the node with n8n's OpenAI and HTTP Request nodes in a running n8n. */
export async function measureNodeComparison(
	host: SimulatorHost,
	scale: Scale,
): Promise<NodeComparison> {
	return await withN8n(async (client, n8nVersion) => ({
		n8nVersion,
		cases: await measureCases(client, host, scale),
	}));
}

export function formatNodeComparison({ cases }: NodeComparison): string {
	const nodeTitles: Record<ComparedNode, string> = {
		wandbInferenceChat: 'W&B Inference Chat',
		openAi: 'OpenAI node 1.8',
		httpRequest: 'HTTP Request node',
	};
	const serviceTitles: Record<ServiceKind, string> = {
		plain: 'No errors',
		errors: '5% 429 responses',
		limited: `Limit of ${limit}`,
	};
	return formatTable(
		['Node', 'Items', 'Service', 'Retry On Fail', 'Succeeded', 'Time', 'Requests per item'],
		cases.map((row) => [
			nodeTitles[row.node],
			String(row.itemCount),
			serviceTitles[row.service],
			row.retryOnFail ? '5 tries' : 'Off',
			row.succeededRuns === row.runs ? 'Yes' : `**No** (${row.succeededRuns} of ${row.runs})`,
			formatSeconds(row.nodeMs),
			row.requestsPerItem.toFixed(2),
		]),
	);
}

async function measureCases(
	client: N8nClient,
	host: SimulatorHost,
	scale: Scale,
): Promise<NodeComparisonCase[]> {
	for (const node of comparedNodes) {
		await runOnce(client, host, {
			node,
			itemCount: 20,
			service: 'plain',
			retryOnFail: false,
		});
	}
	const cases: NodeComparisonCase[] = [];
	for (const fullCount of [100, 1000]) {
		for (const service of services) {
			// Without errors, there is nothing to retry.
			for (const retryOnFail of service === 'plain' ? [false] : [false, true]) {
				for (const node of comparedNodes) {
					const setting = { node, itemCount: scaled(fullCount, scale), service, retryOnFail };
					// 1,000 items in sequence take a minute, so those runs are not repeated.
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
): Promise<NodeComparisonCase> {
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
	const simulator = await host.start(createSimulatorOptions(setting.service, seed));
	const { baseUrl } = simulator;
	const credential = await client.saveCredential({
		name: `Bench ${setting.node}`,
		...credentialFor(setting.node, baseUrl),
	});
	const workflow = createComparisonWorkflow({ ...setting, baseUrl, credential });
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

function createSimulatorOptions(service: ServiceKind, seed: number): SimulatorOptions {
	return {
		seed,
		latency: { kind: 'constant', ms: latencyMs },
		...(service === 'limited' ? { concurrencyLimit: limit } : {}),
		...(service === 'errors'
			? { faults: [{ when: { probability: 0.05 }, fault: { kind: 'status', status: 429 } }] }
			: {}),
	};
}
