import type { IDataObject, INodeExecutionData, INodeParameters } from 'n8n-workflow';
import { chatParameters, type NodeRun } from '../../tools/engine/createExecuteContext';
import type { Simulator, SimulatedWeaveCall } from '../../tools/simulator/simulator';
import { supplyAgentModel } from '../support/agentModel';
import { runChatNode } from '../support/chatNode';
import { startStrictSimulator } from '../support/useSimulator';
import { lookupTool, callFor } from './features';
import { leftOpenSince, openResources } from './openResources';
import { answerOf, promptOf, rowOf } from './rows';
import { catalogFaults, weaveFaults, type SideFault } from './sideFaults';
import { traceProblems } from './traceProblems';

jest.setTimeout(120_000);

const model = 'meta-llama/Llama-3.3-70B-Instruct';
const rowCount = 4;
/** The service rejects this row, so that there is a failed item as well. */
const rejected = 1;

interface SideMode {
	name: string;
	side: 'weave' | 'catalog';
	node: 'node' | 'sub-node' | 'list of models';
	onError?: NodeRun['onError'];
	parameters?: INodeParameters;
	hasTool?: boolean;
	/** The items are refused if the price of the model is not known. */
	needsPrice?: boolean;
}

const Continue = { onError: 'continueRegularOutput' } as const;
const traced = { options: { traceToWeave: true } };
const modes: SideMode[] = [
	{ name: 'node, Continue', side: 'weave', node: 'node', parameters: traced, ...Continue },
	{ name: 'node, Stop', side: 'weave', node: 'node', parameters: traced },
	{
		name: 'node with a tool, Continue',
		side: 'weave',
		node: 'node',
		parameters: traced,
		hasTool: true,
		...Continue,
	},
	{ name: 'sub-node', side: 'weave', node: 'sub-node', parameters: traced },
	{ name: 'node, Continue', side: 'catalog', node: 'node', ...Continue },
	{
		name: 'node with a maximum of tokens, Continue',
		side: 'catalog',
		node: 'node',
		parameters: { budget: { maxTokens: 100_000 } },
		...Continue,
	},
	{
		name: 'node with a maximum cost, Continue',
		side: 'catalog',
		node: 'node',
		parameters: { budget: { maxCost: 1 } },
		needsPrice: true,
		...Continue,
	},
	{
		name: 'node with a maximum cost, Stop',
		side: 'catalog',
		node: 'node',
		parameters: { budget: { maxCost: 1 } },
		needsPrice: true,
	},
	{ name: 'sub-node', side: 'catalog', node: 'sub-node' },
	{ name: 'list of models', side: 'catalog', node: 'list of models' },
];

interface SideReport {
	items: INodeExecutionData[];
	stopped?: string;
	hints: string[];
	answers: string[];
	chatCount: number;
	weaveCalls: SimulatedWeaveCall[];
}

const toolCounts = new Array<number>(rowCount).fill(0);

async function runCell(fault: SideFault, mode: SideMode): Promise<SideReport> {
	const simulator = await startStrictSimulator();
	simulator.fault({
		fault: { kind: 'status', status: 400 },
		when: { matches: (request) => rowOf(request) === rejected },
	});
	if (fault.rule) simulator.fault({ ...fault.rule, path: mode.side });
	try {
		const outcome = await run(simulator, fault, mode);
		const chats = simulator.requests.filter(({ path }) => path.includes('/chat/'));
		return { ...outcome, chatCount: chats.length, weaveCalls: [...simulator.weaveCalls] };
	} finally {
		await simulator.close();
	}
}

async function run(
	{ baseUrl, weaveUrl }: Simulator,
	fault: SideFault,
	mode: SideMode,
): Promise<Pick<SideReport, 'items' | 'stopped' | 'hints' | 'answers'>> {
	const credential = { project: 'team/p', weaveUrl: fault.weaveUrl ?? weaveUrl };
	const { options, ...parameters } = mode.parameters ?? {};
	const report: Pick<SideReport, 'items' | 'stopped' | 'hints' | 'answers'> = {
		items: [],
		hints: [],
		answers: [],
	};
	const rows = Array.from({ length: rowCount }, (_, row) => row);
	if (mode.node === 'sub-node') {
		const supplied = await supplyAgentModel({
			baseUrl,
			credential,
			model,
			options: options as INodeParameters,
		});
		const ask = async (row: number) => await supplied.model.invoke(promptOf(row));
		const texts = rows.map(async (row) => (await ask(row).catch(() => ({ text: '' }))).text);
		return { ...report, answers: await Promise.all(texts) };
	}
	const prompt = (row: number) => `${mode.hasTool ? callFor(row) : ''}${promptOf(row)}`;
	const running = runChatNode({
		baseUrl,
		credential,
		items: rows.map((row) => ({ json: { prompt: prompt(row) } })),
		...(mode.hasTool ? { connectedTools: [lookupTool(toolCounts)] } : {}),
		...(mode.onError ? { onError: mode.onError } : {}),
		parameters:
			mode.node === 'list of models'
				? { resource: 'model', operation: 'getMany', returnAll: true }
				: chatParameters({
						model: { __rl: true, mode: 'id', value: model },
						messages: { values: [{ role: 'user', content: '={{ $json.prompt }}' }] },
						...parameters,
						options: { maxTokens: 300, ...(options as INodeParameters) },
					}),
	});
	return await running.then(
		({ items, hints }) => ({ ...report, items, hints: hints.map(({ message }) => message) }),
		(error: Error) => ({ ...report, stopped: error.message }),
	);
}

const cells = new Map<string, SideReport | Error>();
const keyOf = (fault: SideFault, mode: SideMode) => `${mode.side} ${fault.name} ${mode.name}`;
const faultsOf = { weave: weaveFaults, catalog: catalogFaults };
const all = modes.flatMap((mode) => faultsOf[mode.side].map((fault) => ({ fault, mode })));
let leftOpen: string[] = [];

/** All at once, because they mostly wait. */
beforeAll(async () => {
	const [first] = weaveFaults;
	for (const mode of modes) if (first) await runCell(first, mode);
	const before = openResources();
	await Promise.all(
		all.map(async ({ fault, mode }) => {
			const report = await runCell(fault, mode).catch((error: Error) => error);
			cells.set(keyOf(fault, mode), report);
		}),
	);
	// What a run left to be sent is tried two more times.
	leftOpen = await leftOpenSince(before, 30_000);
});

function reportOf(fault: SideFault, mode: SideMode): SideReport {
	const report = cells.get(keyOf(fault, mode));
	if (!report || report instanceof Error) throw report ?? new Error('The cell did not run');
	return report;
}

function itemProblems({ items }: SideReport): string[] {
	const problems = items.flatMap(({ json, pairedItem }, row) => {
		const isInPlace = (pairedItem as { item: number }).item === row;
		const isRight =
			row === rejected
				? (json.details as IDataObject | undefined)?.kind === 'badRequest'
				: json.output === answerOf(row);
		return isInPlace && isRight ? [] : [`row ${row} returned ${JSON.stringify(json)}`];
	});
	return items.length === rowCount ? problems : [`${items.length} items`];
}

describe.each(weaveFaults)('Weave: $name', (fault) => {
	const own = modes.filter(({ side }) => side === 'weave');
	test.each(own.map((mode) => [mode.name, mode] as const))('%s', (_, mode) => {
		const report = reportOf(fault, mode);
		if (mode.node === 'sub-node') {
			const expected = Array.from({ length: rowCount }, (__, row) =>
				row === rejected ? '' : answerOf(row),
			);
			expect(report.answers).toEqual(expected);
			return;
		}
		if (mode.onError === undefined) {
			expect(report.stopped).toMatch(/ \[item 1\]$/);
			return;
		}
		expect(itemProblems(report)).toEqual([]);
		const hints = report.hints.filter((hint) => hint.includes('Weave'));
		if (fault.hint) expect(hints).toEqual([expect.stringMatching(fault.hint)]);
		else expect(hints).toEqual([]);
		expect(JSON.stringify(report.hints)).not.toContain('simulator-key');
		if (!fault.isHarmless) return;
		// What was taken before the response was lost is sent again, under the same IDs.
		const calls = [...new Map(report.weaveCalls.map((call) => [call.id, call])).values()];
		expect(traceProblems(calls, report.items, rowCount)).toEqual([]);
	});
});

describe.each(catalogFaults)('catalog: $name', (fault) => {
	const own = modes.filter(({ side }) => side === 'catalog');
	test.each(own.map((mode) => [mode.name, mode] as const))('%s', (_, mode) => {
		const report = reportOf(fault, mode);
		const unknown = /^The price of the model 'meta-llama\/Llama-3\.3-70B-Instruct' is not known/;
		if (mode.node === 'list of models') {
			expect(report.items.map(({ json }) => json.id)).toContain(model);
		} else if (mode.node === 'sub-node') {
			expect(report.answers[0]).toBe(answerOf(0));
		} else if (!mode.needsPrice) {
			expect(itemProblems(report)).toEqual([]);
			expect(JSON.stringify(report.items)).not.toContain('costUsd');
		} else {
			const messages =
				report.stopped === undefined ? report.items : [{ json: { error: report.stopped } }];
			expect(messages.map(({ json }) => json.error)).toEqual(
				messages.map(() => expect.stringMatching(unknown) as string),
			);
			expect(report.chatCount).toBe(0);
		}
	});
});

test('no tool ran twice for a row of a run', () => {
	const runCount = weaveFaults.length + 1;
	expect(toolCounts).toEqual(toolCounts.map((_, row) => (row === rejected ? 0 : runCount)));
});

test('nothing is left open', () => {
	expect(leftOpen).toEqual([]);
});
