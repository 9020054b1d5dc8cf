import { sleep, type INodeExecutionData, type StructuredChunk } from 'n8n-workflow';
import { readStream, supplyAgentModel, type AgentModel } from '../support/agentModel';
import { runChatNode } from '../support/chatNode';
import { chatParameters } from '../../tools/engine/createExecuteContext';
import { waitUntil } from '../support/waitUntil';
import type { Simulator } from '../../tools/simulator/simulator';
import { startStrictSimulator } from '../support/useSimulator';
import type { ChaosFault } from './faults';
import { promptOf, rowModel, rowOf } from './rows';

/** One way to use the package. */
export interface Mode {
	node: 'node' | 'sub-node';
	isStreamed: boolean;
	rowCount: 1 | 50;
	/** What follows a failed item; absent for the sub-node, where the agent decides. */
	onError?: 'Stop' | 'Continue';
	/** Whether the user sees text as it arrives. */
	isLive?: boolean;
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
}

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
];

/** Whether the fault hits this attempt at a row: always for some rows, once for others. */
export function isHit(fault: ChaosFault, row: number, attempt: number): boolean {
	if (fault.fault === undefined) return true;
	if (fault.maxGrowthMb !== undefined) return row === 0;
	return row % 5 === 0 || (row % 5 === 1 && attempt === 1);
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
	};
	addFault(simulator, fault, report);
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
	} finally {
		await simulator.close();
	}
	return report;
}

function addFault(simulator: Simulator, fault: ChaosFault, { requests }: CellReport): void {
	const { hits } = fault;
	let firstMs = 0;
	simulator.fault({
		fault: fault.fault ?? { kind: 'status', status: 418 },
		when: {
			...(hits && 'probability' in hits ? hits : {}),
			matches: (request) => {
				const row = rowOf(request);
				firstMs ||= request.startedAtMs;
				requests[row] = (requests[row] ?? 0) + 1;
				if (!hits) return isHit(fault, row, requests[row]);
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
	const { baseUrl, fault, mode, report } = run;
	const onChunk = ({ type, content, metadata }: StructuredChunk) => {
		if (type === 'item') report.shown[metadata.itemIndex] += content ?? '';
	};
	const maxWait = fault.maxWaitSeconds ?? 2.5;
	const retryPolicy = fault.hits ? {} : { maxRetries: 1, maxWait };
	const running = runChatNode({
		baseUrl,
		items: report.requests.map((_, row) => ({ json: { row, prompt: promptOf(row) } })),
		parameters: chatParameters({
			model: { __rl: true, mode: 'id', value: rowModel },
			messages: { values: [{ role: 'user', content: '={{ $json.prompt }}' }] },
			options: optionsOf(run),
			retryPolicy,
		}),
		...(mode.onError === 'Continue' ? { onError: 'continueRegularOutput' as const } : {}),
		...(mode.isLive ? { onChunk } : {}),
	});
	await running.then(
		({ items }) => readItems(items, report),
		(error: Error) => {
			report.stopped = error.message;
		},
	);
}

function readItems(items: INodeExecutionData[], report: CellReport): void {
	items.forEach(({ json, pairedItem }, position) => {
		if ((pairedItem as { item: number }).item !== position) report.misplaced += 1;
		if ('error' in json) report.failures[position] = String(json.error);
		else report.answers[position] = String(json.output);
	});
	report.misplaced += Math.abs(items.length - report.requests.length);
}

async function runSubNode(run: CellRun): Promise<void> {
	const { baseUrl, fault, report, simulator } = run;
	const stop = new AbortController();
	const maxRetries = fault.hits ? {} : { maxRetries: 1 };
	const { model } = await supplyAgentModel({
		baseUrl,
		model: rowModel,
		options: { ...optionsOf(run), ...maxRetries },
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
	else if (fault.inSubNode === 'waiting') await waitUntilOthersEnded(report);
	if (fault.holdsModel || fault.inSubNode === 'waiting') stop.abort();
	await answering;
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
async function waitUntilOthersEnded({ requests, answers, failures }: CellReport): Promise<void> {
	const unaffected = requests.filter((_, row) => row % 5 > 1).length;
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
