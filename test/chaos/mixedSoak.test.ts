/* eslint-disable @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/no-restricted-globals -- not shipped: runs outside n8n */
import type { ServerResponse } from 'node:http';
import type { IDataObject, INodeExecutionData } from 'n8n-workflow';
import { addUsd, costUsd } from '../../inference/catalog/costUsd';
import { isJsonObject } from '../../inference/json';
import { chatParameters } from '../../tools/engine/createExecuteContext';
import { ChatEngine } from '../../tools/simulator/ChatEngine';
import { readSettings } from '../../tools/simulator/simulatorOptions';
import type {
	RecordedRequest,
	Simulator,
	SimulatedWeaveCall,
} from '../../tools/simulator/simulator';
import { runChatNode } from '../support/chatNode';
import { startStrictSimulator } from '../support/useSimulator';
import { callFor, draftOf, lookupTool, resultOf, schemaOf } from './features';
import { leftOpenSince, openResources, usedMemoryMb } from './openResources';
import { answerOf, promptOf, rowOf } from './rows';
import { soakFaults } from './soakFaults';
import { treeProblems } from './traceProblems';

jest.setTimeout(200_000);

const rowCount = 2000;
const model = 'meta-llama/Llama-3.3-70B-Instruct';
const price = { inputUsdPerMillion: 0.71, outputUsdPerMillion: 0.71 };

/** A fourth of the rows each: text, corrected JSON, a tool, and a tool with corrected JSON. */
const isJson = (row: number) => row % 2 === 1;
const hasTool = (row: number) => row % 4 > 1;
/** May not be corrected, so that its answer is paid for but fails. */
const isUncorrected = (row: number) => row % 100 === 1;
const isRejected = (row: number) => row % 500 === 7;

function itemOf(row: number): { json: IDataObject } {
	const answer = isJson(row) ? `[[answer: ${draftOf(row)}]]` : promptOf(row);
	return {
		json: {
			prompt: `${hasTool(row) ? callFor(row) : ''}${answer}`,
			format: isJson(row) ? 'json_schema' : 'text',
			schema: schemaOf(row),
			repairs: isUncorrected(row) ? 0 : 1,
		},
	};
}

interface Tokens {
	prompt: number;
	completion: number;
}

/** What the service was paid for, by its own count, and how often for each row. */
class Bill {
	readonly tokens: Tokens = { prompt: 0, completion: 0 };

	readonly answersOfRow = new Array<number>(rowCount).fill(0);

	private readonly engine = new ChatEngine(readSettings({}));

	add(request: RecordedRequest): void {
		const body = { ...(request.body as object), stream: false, stream_options: undefined };
		const { chunks } = this.engine.complete(JSON.parse(JSON.stringify(body)), { scope: '' }, '1');
		const { usage } = JSON.parse(String(chunks[0]?.data)) as {
			usage: { prompt_tokens: number; completion_tokens: number };
		};
		this.tokens.prompt += usage.prompt_tokens;
		this.tokens.completion += usage.completion_tokens;
		const row = rowOf(request);
		this.answersOfRow[row] = (this.answersOfRow[row] ?? 0) + 1;
	}
}

type KeptCall = Pick<SimulatedWeaveCall, 'id' | 'trace_id' | 'parent_id' | 'attributes'> &
	Pick<SimulatedWeaveCall, 'op_name' | 'summary'>;

/** Takes traces and keeps only what the test needs, so that they do not count as memory of the node. */
function takeTraces(kept: KeptCall[]) {
	return ({ body }: RecordedRequest, response: ServerResponse): void => {
		const { batch } = body as { batch: SimulatedWeaveCall[] };
		for (const { id, trace_id, parent_id, attributes, op_name, summary } of batch) {
			kept.push({ id, trace_id, parent_id, attributes, op_name, summary });
		}
		response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
	};
}

async function runMixed({ baseUrl, weaveUrl }: Simulator, toolCounts: number[]) {
	return await runChatNode({
		baseUrl,
		credential: { project: 'team/p', weaveUrl },
		items: Array.from({ length: rowCount }, (_, row) => itemOf(row)),
		onError: 'continueRegularOutput',
		connectedTools: [lookupTool(toolCounts)],
		parameters: chatParameters({
			model: { __rl: true, mode: 'id', value: model },
			messages: { values: [{ role: 'user', content: '={{ $json.prompt }}' }] },
			responseFormat: '={{ $json.format }}',
			schemaType: 'manual',
			jsonSchema: '={{ $json.schema }}',
			repairAttempts: '={{ $json.repairs }}',
			budget: { maxCost: 1000, maxTokens: 1_000_000_000 },
			options: { maxTokens: 300, traceToWeave: true },
		}),
	});
}

const detailsOf = ({ json }: INodeExecutionData) => (json.details ?? {}) as IDataObject;

/** Whether an item is in its place and has exactly what is its own. */
function isRight(item: INodeExecutionData, row: number): boolean {
	const { json, pairedItem } = item;
	const details = detailsOf(item);
	if ((pairedItem as { item: number }).item !== row) return false;
	if (isRejected(row)) return details.kind === 'badRequest' && details.usage === undefined;
	const runs = [{ name: 'lookup', arguments: { row }, result: resultOf(row) }];
	const shownRuns = JSON.stringify(json.toolRuns ?? details.toolRuns);
	if (shownRuns !== (hasTool(row) ? JSON.stringify(runs) : undefined)) return false;
	if (isUncorrected(row)) {
		return details.kind === 'invalidOutput' && details.output === draftOf(row);
	}
	const { output } = json;
	return (isJsonObject(output) ? output.text : output) === answerOf(row);
}

function requestsFor(row: number): number {
	if (isRejected(row)) return 0;
	return 1 + (hasTool(row) ? 1 : 0) + (isJson(row) && !isUncorrected(row) ? 1 : 0);
}

test('2,000 items with tools, JSON, a budget, and traces get what is theirs, and everything paid is counted', async () => {
	const before = openResources();
	const samplesMb: number[] = [];
	const calls: KeptCall[] = [];
	const toolCounts = new Array<number>(rowCount).fill(0);
	const bill = new Bill();
	let paid = 0;
	const simulator = await startStrictSimulator({
		concurrencyLimit: 10,
		latency: { kind: 'constant', ms: 10 },
		keepRequests: false,
		faults: soakFaults,
		onRequest: (request) => {
			if (simulator.statistics.itemsAnswered === paid) return;
			paid = simulator.statistics.itemsAnswered;
			bill.add(request);
			if (paid % 1000 === 0) samplesMb.push(usedMemoryMb());
		},
	});
	const failed = { kind: 'status', status: 500 } as const;
	simulator.fault({ path: 'weave', when: { every: 3 }, fault: failed });
	simulator.fault({ path: 'weave', fault: { kind: 'custom', handle: takeTraces(calls) } });
	const startedMs = performance.now();
	const { items, hints } = await runMixed(simulator, toolCounts);
	const seconds = (performance.now() - startedMs) / 1000;
	process.stdout.write(
		`mixed soak: ${rowCount} items in ${seconds.toFixed(1)} s, ${simulator.statistics.requests} requests, ${paid} paid, ${calls.length} calls traced, memory ${samplesMb.map((mb) => mb.toFixed(0)).join(' ')} MB\n${hints.map(({ message }) => message).join('\n')}\n`,
	);

	expect(items).toHaveLength(rowCount);
	expect(items.filter((item, row) => !isRight(item, row))).toEqual([]);
	expect(bill.answersOfRow).toEqual(items.map((_, row) => requestsFor(row)));
	expect(toolCounts).toEqual(items.map((_, row) => (hasTool(row) && !isRejected(row) ? 1 : 0)));

	const usages = items.flatMap((item) => (item.json.usage ?? detailsOf(item).usage ?? []) as Usage);
	const promptTokens = sumOf(usages.map((usage) => usage.promptTokens));
	const completionTokens = sumOf(usages.map((usage) => usage.completionTokens));
	expect({ prompt: promptTokens, completion: completionTokens }).toEqual(bill.tokens);
	const cost = usages.reduce((sum, usage) => addUsd(sum, usage.costUsd) ?? NaN, 0);
	expect(cost).toBe(costUsd({ promptTokens, completionTokens }, price));

	expect(treeProblems(calls)).toEqual([]);
	const roots = calls.filter(({ parent_id: parent }) => parent === undefined);
	const tracedRows = roots.map(
		({ attributes }) => (attributes.n8n as { itemIndex: number }).itemIndex,
	);
	expect(tracedRows.sort((left, right) => left - right)).toEqual(items.map((_, row) => row));
	const tracedTokens = roots.map(({ summary }) => summary.usage?.[model]);
	expect({
		prompt: sumOf(tracedTokens.map((usage) => usage?.prompt_tokens)),
		completion: sumOf(tracedTokens.map((usage) => usage?.completion_tokens)),
	}).toEqual(bill.tokens);
	const toolCalls = calls.filter(({ op_name: name }) => name === 'wandb_inference.tool');
	expect(toolCalls).toHaveLength(sumOf(toolCounts));

	expect(simulator.statistics.inFlight).toBe(0);
	expect((samplesMb.at(-1) ?? Infinity) - (samplesMb[1] ?? 0)).toBeLessThan(40);
	await simulator.close();
	expect(await leftOpenSince(before)).toEqual([]);
});

type Usage = Array<{ promptTokens: number; completionTokens: number; costUsd?: number }>;

function sumOf(counts: Array<number | undefined>): number {
	return counts.reduce((sum: number, count) => sum + (count ?? 0), 0);
}
