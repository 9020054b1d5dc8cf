import { sleep, type INodeExecutionData, type StructuredChunk } from 'n8n-workflow';
import { isJsonObject } from '../../inference/json';
import { readStream, supplyAgentModel, type AgentModel } from '../support/agentModel';
import { runChatNode } from '../support/chatNode';
import { chatParameters } from '../../tools/engine/createExecuteContext';
import { waitUntil } from '../support/waitUntil';
import type { Simulator } from '../../tools/simulator/simulator';
import { startStrictSimulator } from '../support/useSimulator';
import type { ChaosFault } from './faults';
import { features, modelOf, type Feature } from './features';
import { promptOf, rowOf } from './rows';
import { treeProblems } from './traceProblems';

/** One way to use the package. */
export interface Mode {
	node: 'node' | 'sub-node';
	isStreamed: boolean;
	rowCount: 1 | 6 | 50;
	/** What follows a failed item; absent for the sub-node, where the agent decides. */
	onError?: 'Stop' | 'Continue';
	/** Whether the user sees text as it arrives. */
	isLive?: boolean;
	/** What the node does besides asking for text. */
	feature?: Feature;
}

/** Everything observed in one run. */
export interface CellReport {
	/** The answer to each row. */
	answers: Array<string | undefined>;
	/** The error message of each failed row. */
	failures: Array<string | undefined>;
	/** The error message that ended the run in Stop mode. */
	stopped?: string;
	/** Number of items that are missing, extra, or paired with another row. */
	misplaced: number;
	/** Number of requests that reached the service for each row. */
	requests: number[];
	/** The text that the user saw for each row. */
	shown: string[];
	/** Number of requests still in flight at the service after the run. */
	leftOpen: number;
	/** What is wrong with the feature of the mode. */
	problems: string[];
	/** How long the run took. */
	seconds: number;
}

const { repaired, withTool, tracing, withinBudget, withImage, together } = features;

/** Six rows contain two that always fail, one that fails once, and three that the fault spares. */
const withFeature = (isStreamed: boolean, onError: Mode['onError'], ...list: Feature[]): Mode[] =>
	list.map((feature) => ({ node: 'node', isStreamed, rowCount: 6, onError, feature }));

/** Every mode in the matrix. */
export const modes: Mode[] = [
	...[true, false].flatMap((isStreamed) =>
		([1, 50] as const).flatMap((rowCount): Mode[] => [
			{ node: 'node', isStreamed, rowCount, onError: 'Stop' },
			{ node: 'node', isStreamed, rowCount, onError: 'Continue' },
			{ node: 'sub-node', isStreamed, rowCount },
		]),
	),
	{ node: 'node', isStreamed: true, rowCount: 1, onError: 'Stop', isLive: true },
	{ node: 'node', isStreamed: true, rowCount: 1, onError: 'Continue', isLive: true },
	{ node: 'sub-node', isStreamed: true, rowCount: 1, isLive: true },
	...withFeature(true, 'Continue', repaired, tracing, withinBudget, together),
	...withFeature(false, 'Continue', withTool, withImage, together),
	...withFeature(true, 'Stop', together),
	{
		node: 'node',
		isStreamed: true,
		rowCount: 1,
		onError: 'Continue',
		isLive: true,
		feature: withTool,
	},
	{ node: 'sub-node', isStreamed: true, rowCount: 6, feature: tracing },
];

/** The modes for a fault: a large one takes long, so it runs with all features at once only. */
export function modesFor({ maxGrowthMb }: ChaosFault): Mode[] {
	if (maxGrowthMb === undefined) return modes;
	return modes.filter(({ feature }) => feature === undefined || feature === together);
}

/**
 * Whether the fault hits this attempt at a row: always for some rows, once for others. An attempt
 * below 1 is a request that the mode needs before.
 */
export function isHit(fault: ChaosFault, row: number, attempt: number): boolean {
	if (fault.fault === undefined) return true;
	if (attempt < 1) return false;
	if (fault.maxGrowthMb !== undefined) return row === 0;
	const place = row % (fault.everyRows ?? 5);
	return place === 0 || (place === 1 && attempt === 1);
}

/** Runs one cell of the matrix with its own simulator. */
export async function runCell(fault: ChaosFault, mode: Mode): Promise<CellReport> {
	const simulator = await startStrictSimulator(fault.simulator);
	const report: CellReport = {
		answers: [],
		failures: [],
		misplaced: 0,
		requests: new Array<number>(mode.rowCount).fill(0),
		shown: new Array<string>(mode.rowCount).fill(''),
		leftOpen: 0,
		problems: [],
		seconds: 0,
	};
	addFault(simulator, fault, mode, report);
	const startMs = performance.now();
	try {
		const baseUrl = fault.baseUrl ?? simulator.baseUrl;
		await (mode.node === 'node' ? runNode : runSubNode)({
			simulator,
			baseUrl,
			fault,
			mode,
			report,
		});
		await waitUntil(() => simulator.statistics.inFlight === 0).catch(() => undefined);
		report.leftOpen = simulator.statistics.inFlight;
		report.seconds = (performance.now() - startMs) / 1000;
	} finally {
		await simulator.close();
	}
	return report;
}

function addFault(
	simulator: Simulator,
	fault: ChaosFault,
	{ feature }: Mode,
	{ requests }: CellReport,
): void {
	const { hits } = fault;
	const requestsBefore = feature?.requestsBefore ?? 0;
	let firstMs = 0;
	simulator.fault({
		fault: fault.fault ?? { kind: 'status', status: 418 },
		when: {
			...(hits && 'probability' in hits ? hits : {}),
			matches: (request) => {
				const row = rowOf(request);
				firstMs ||= request.startedAtMs;
				requests[row] = (requests[row] ?? 0) + 1;
				if (!hits) return isHit(fault, row, requests[row] - requestsBefore);
				return !('firstMs' in hits) || request.startedAtMs - firstMs < hits.firstMs;
			},
		},
	});
}

interface CellRun {
	simulator: Simulator;
	baseUrl: string;
	fault: ChaosFault;
	mode: Mode;
	report: CellReport;
}

function optionsOf({ fault, mode }: CellRun) {
	const timeout = fault.timeoutSeconds === undefined ? {} : { timeout: fault.timeoutSeconds };
	return { stream: mode.isStreamed, reasoning: 'disabled', ...timeout };
}

async function runNode(run: CellRun): Promise<void> {
	const { simulator, baseUrl, fault, mode, report } = run;
	const { feature } = mode;
	const toolCounts: number[] = [];
	const onChunk = ({ type, content, metadata }: StructuredChunk) => {
		if (type === 'item') report.shown[metadata.itemIndex] += content ?? '';
	};
	const maxWait = fault.maxWaitSeconds ?? 2.5;
	const { parameters, options, ...more } = feature?.run(simulator, toolCounts) ?? {};
	const running = runChatNode({
		baseUrl,
		items: report.requests.map(
			(_, row) => feature?.item(row) ?? { json: { prompt: promptOf(row) } },
		),
		parameters: chatParameters({
			model: { __rl: true, mode: 'id', value: modelOf(feature) },
			messages: { values: [{ role: 'user', content: '={{ $json.prompt }}' }] },
			retryPolicy: fault.hits ? {} : { maxRetries: 1, maxWait },
			...parameters,
			options: { ...optionsOf(run), ...options },
		}),
		...(mode.onError === 'Continue' ? { onError: 'continueRegularOutput' as const } : {}),
		...(mode.isLive ? { onChunk } : {}),
		...more,
	});
	const items = await running.then(
		({ items }) => items,
		(error: Error) => {
			report.stopped = error.message;
			return undefined;
		},
	);
	if (items) readItems(items, report);
	const { requests } = report;
	report.problems.push(...(feature?.problems({ simulator, items, requests, toolCounts }) ?? []));
}

function readItems(items: INodeExecutionData[], report: CellReport): void {
	items.forEach(({ json, pairedItem }, position) => {
		if ((pairedItem as { item: number }).item !== position) report.misplaced += 1;
		if ('error' in json) report.failures[position] = String(json.error);
		else report.answers[position] = textOf(json.output);
	});
	report.misplaced += Math.abs(items.length - report.requests.length);
}

function textOf(output: unknown): string {
	return String(isJsonObject(output) ? output.text : output);
}

async function runSubNode(run: CellRun): Promise<void> {
	const { baseUrl, fault, report, simulator, mode } = run;
	const { credential, options } = mode.feature?.run(simulator, []) ?? {};
	const stop = new AbortController();
	const maxRetries = fault.hits ? {} : { maxRetries: 1 };
	const { model } = await supplyAgentModel({
		baseUrl,
		credential,
		model: modelOf(mode.feature),
		options: { ...optionsOf(run), ...maxRetries, ...options },
	});
	const answering = Promise.all(
		report.requests.map(async (_, row) => {
			await ask(model, row, run, stop.signal).then(
				(text) => (report.answers[row] = text),
				(error: Error) => (report.failures[row] = error.message),
			);
		}),
	);
	if (fault.holdsModel) await waitUntilQuiet(simulator);
	else if (fault.inSubNode === 'waiting') await waitUntilOthersEnded(fault, report);
	if (fault.holdsModel || fault.inSubNode === 'waiting') stop.abort();
	await answering;
	if (mode.feature) report.problems.push(...(await subNodeTraceProblems(run)));
}

/** The sub-node sends its traces in the background. */
async function subNodeTraceProblems({ simulator, report }: CellRun): Promise<string[]> {
	const { weaveCalls } = simulator;
	const rootCount = () => weaveCalls.filter(({ parent_id: parent }) => !parent).length;
	await waitUntil(() => rootCount() >= report.requests.length).catch(() => undefined);
	const problems = rootCount() === report.requests.length ? [] : [`${rootCount()} traces`];
	return [...problems, ...treeProblems(weaveCalls)];
}

/** The service has had nothing to do for half a second. */
async function waitUntilQuiet({ statistics }: Simulator): Promise<void> {
	let seen: number;
	do {
		seen = statistics.requests;
		await sleep(500);
	} while (seen === 0 || seen < statistics.requests || statistics.inFlight > 0);
}

/** The only rows without an answer are those that wait. */
async function waitUntilOthersEnded(
	fault: ChaosFault,
	{ requests, answers, failures }: CellReport,
): Promise<void> {
	const unaffected = requests.filter((_, row) => !isHit(fault, row, 2)).length;
	const count = () => Object.keys(answers).length + Object.keys(failures).length;
	const deadlineMs = performance.now() + 100_000;
	while (count() < unaffected || requests.includes(0)) {
		if (performance.now() > deadlineMs) throw new Error(`${count()} of ${unaffected} rows ended`);
		await sleep(20);
	}
}

async function ask(
	model: AgentModel,
	row: number,
	{ mode, report }: CellRun,
	signal: AbortSignal,
): Promise<string> {
	if (!mode.isLive) return (await model.invoke(promptOf(row), { signal })).text;
	const pieces = await model.stream(promptOf(row), { signal });
	const watched = async function* () {
		for await (const piece of pieces) {
			report.shown[row] += piece.text;
			yield piece;
		}
	};
	return (await readStream(watched())).texts.join('');
}
