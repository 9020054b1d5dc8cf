/* eslint-disable no-console -- not shipped: runs outside n8n */
import type { N8nClient } from '../tools/n8n/createN8nClient';
import type { Execution } from '../tools/n8n/executions';
import { measuredNodeName } from './benchWorkflow';
import {
	comparedNodes,
	createComparisonWorkflow,
	credentialFor,
	nodeTitles,
	type ComparedNode,
} from './comparedNodes';
import {
	comparisonScenarios,
	type ComparisonScenario,
	type ComparisonScenarioName,
} from './comparisonScenarios';
import { median } from './median';
import { describeCell } from './nodeComparisonTables';
import { readProcessMemory } from './processMemory';
import { scaled, type Scale } from './scale';
import type { SimulatorHost } from './SimulatorHost';
import { runUntilEnded, withN8nInstances, type RunInN8n } from './withN8n';

const warmUpItems = 20;
/** A node that takes longer than this is not measured again. */
const repeatWithinMs = 5000;

/** What was measured for a node in a scenario. Numbers are medians of all runs unless stated. */
export interface ComparisonCell {
	node: ComparedNode;
	scenario: ComparisonScenarioName;
	itemCount: number;
	runs: number;
	/** Time of the whole execution as reported by n8n. */
	wallMs: number;
	failedItems: number;
	requestsPerItem: number;
	/** Of the first run. */
	memory?: { beforeBytes: number; peakBytes: number };
	/** The first error of an item, or of the run if it ended early. */
	error?: string;
	/** Why nothing could be measured. The numbers above are then 0. */
	problem?: string;
}

export interface NodeComparison {
	n8nVersion: string;
	cells: ComparisonCell[];
}

interface Setting {
	node: ComparedNode;
	scenarioName: ComparisonScenarioName;
	itemCount: number;
}

type Outcome = Pick<
	ComparisonCell,
	'wallMs' | 'failedItems' | 'requestsPerItem' | 'memory' | 'error'
>;

/** Compares all nodes that can send requests to W&B Inference, in a running n8n. */
export async function measureNodeComparison(
	host: SimulatorHost,
	scale: Scale,
): Promise<NodeComparison> {
	return await withN8nInstances(async (runInN8n, n8nVersion) => {
		const names = Object.keys(comparisonScenarios) as ComparisonScenarioName[];
		const cells: ComparisonCell[] = [];
		for (const scenarioName of names) {
			cells.push(...(await measureScenario(runInN8n, host, scenarioName, scale)));
		}
		return { n8nVersion, cells };
	});
}

async function measureScenario(
	runInN8n: RunInN8n,
	host: SimulatorHost,
	scenarioName: ComparisonScenarioName,
	scale: Scale,
): Promise<ComparisonCell[]> {
	const { without = [], measuresMemory, itemCount: fullCount } = comparisonScenarios[scenarioName];
	const itemCount = scaled(fullCount, scale);
	const nodes = comparedNodes.filter((node) => !without.includes(node));
	const settings = nodes.map((node) => ({ node, scenarioName, itemCount }));
	const cells: ComparisonCell[] = [];
	// One n8n for all nodes, so that they run under the same conditions, or one for each.
	for (const group of measuresMemory ? settings.map((setting) => [setting]) : [settings]) {
		const measureGroup = async (client: N8nClient) => {
			for (const { node } of group) await warmUp(client, host, node);
			for (const setting of group) {
				cells.push(await measureCell(client, host, setting, scale.repetitions));
			}
		};
		await runInN8n(measureGroup).catch((error: unknown) => {
			const unmeasured = group.filter(({ node }) => !cells.some((cell) => cell.node === node));
			cells.push(...unmeasured.map((setting) => unmeasuredCell(setting, error)));
		});
	}
	return cells;
}

async function warmUp(client: N8nClient, host: SimulatorHost, node: ComparedNode): Promise<void> {
	await runOnce(client, host, { node, scenarioName: 'plain', itemCount: warmUpItems }, 1);
}

/** Repeats quick measurements. If one fails, the other cells are still measured. */
async function measureCell(
	client: N8nClient,
	host: SimulatorHost,
	setting: Setting,
	repetitions: number,
): Promise<ComparisonCell> {
	const startedMs = performance.now();
	const outcomes: Outcome[] = [];
	try {
		do {
			outcomes.push(await runOnce(client, host, setting, outcomes.length + 1));
		} while (outcomes.length < repetitions && performance.now() - startedMs < repeatWithinMs);
	} catch (error) {
		return unmeasuredCell(setting, error);
	}
	const { node, scenarioName: scenario, itemCount } = setting;
	const medianOf = (read: (outcome: Outcome) => number) => median(outcomes.map(read));
	const cell: ComparisonCell = {
		node,
		scenario,
		itemCount,
		runs: outcomes.length,
		wallMs: medianOf(({ wallMs }) => wallMs),
		failedItems: Math.round(medianOf(({ failedItems }) => failedItems)),
		requestsPerItem: medianOf(({ requestsPerItem }) => requestsPerItem),
		memory: outcomes[0]?.memory,
		error: outcomes.find(({ error }) => error !== undefined)?.error,
	};
	report(cell);
	return cell;
}

function unmeasuredCell(
	{ node, scenarioName: scenario, itemCount }: Setting,
	error: unknown,
): ComparisonCell {
	const problem = error instanceof Error ? error.message : String(error);
	const numbers = { runs: 0, wallMs: 0, failedItems: 0, requestsPerItem: 0 };
	const cell = { node, scenario, itemCount, ...numbers, problem };
	report(cell);
	return cell;
}

function report(cell: ComparisonCell): void {
	const { node, scenario, itemCount, wallMs, problem, error } = cell;
	const about = `${comparisonScenarios[scenario].title}, ${nodeTitles[node]}, ${itemCount} items`;
	const detail = problem ?? error;
	const seconds = (wallMs / 1000).toFixed(2);
	console.log(`  ${about}: ${describeCell(cell)} in ${seconds} s${detail ? `. ${detail}` : ''}`);
}

async function runOnce(
	client: N8nClient,
	host: SimulatorHost,
	{ node, scenarioName, itemCount }: Setting,
	seed: number,
): Promise<Outcome> {
	const scenario = comparisonScenarios[scenarioName];
	const { service, overloadMs, measuresMemory } = scenario;
	const simulator = await host.start({ ...service, seed }, overloadMs);
	try {
		const before = measuresMemory ? await readProcessMemory(client) : undefined;
		const executionId = await runUntilEnded(
			client,
			await createWorkflow(client, scenario, node, itemCount, simulator.baseUrl),
		);
		// Reading the execution takes memory, too.
		const after = before && (await readProcessMemory(client));
		const execution = await client.readExecution(executionId);
		const { requests } = await simulator.readStatistics();
		return {
			...readItems(execution, itemCount),
			wallMs: wallMsOf(execution),
			requestsPerItem: requests / itemCount,
			memory: before &&
				after && { beforeBytes: before.residentBytes, peakBytes: after.peakResidentBytes },
		};
	} finally {
		await simulator.close();
	}
}

async function createWorkflow(
	client: N8nClient,
	{ prompt, hasTool = false }: ComparisonScenario,
	node: ComparedNode,
	itemCount: number,
	baseUrl: string,
) {
	const credential = await client.saveCredential({
		name: `Bench ${node}`,
		...credentialFor(node, baseUrl),
	});
	return createComparisonWorkflow({ node, itemCount, baseUrl, prompt, hasTool, credential });
}

/** An agent with tools has several runs. The last one contains the items. */
function readItems(
	execution: Execution,
	itemCount: number,
): Pick<ComparisonCell, 'failedItems' | 'error'> {
	const nodeRun = execution.runData[measuredNodeName]?.at(-1);
	const items = nodeRun?.data?.main?.[0] ?? [];
	const failed = items.filter(({ json, error }) => 'error' in json || error !== undefined);
	const firstError = failed[0]?.json.error ?? execution.error?.message;
	return {
		failedItems: itemCount - (items.length - failed.length),
		...(firstError === undefined ? {} : { error: textOf(firstError) }),
	};
}

/** HTTP Request puts an object with a stack into failed items, the other nodes a text. */
function textOf(error: unknown): string {
	if (typeof error === 'object' && error !== null && 'message' in error) {
		return String(error.message);
	}
	return String(error);
}

/** n8n saves these fields with each execution. */
function wallMsOf(execution: Execution): number {
	const { startedAt, stoppedAt } = execution as Execution & Record<string, unknown>;
	return Date.parse(String(stoppedAt)) - Date.parse(String(startedAt));
}
