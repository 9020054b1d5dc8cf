import { randomUUID } from 'node:crypto';
import type { RecordedRequest } from '../../../tools/simulator/simulator';
import { chatNode, node, webhook, workflowOf } from '../../e2e/support/workflows';
import { startStrictSimulator } from '../../support/useSimulator';
import type { QueueSession } from './openQueueSession';
import { answerMs, type Scenario } from './scenarios';

/** Enough for every worker to get some of them. */
const executionCount = 8;

export interface Measurement {
	workers: number;
	scenario: Scenario;
	/** What each item returned, in the order of the items. */
	outputs: unknown[];
	/** From the first request to the last response. */
	seconds: number;
	/** What a client needs that knows the limit and when the service is back. */
	optimumSeconds: number;
	requests: number;
	byStatus: Record<number, number>;
	maxInFlight: number;
}

/** A model that does not reason first, so that nothing but `answerMs` takes time. */
const model = { __rl: true, mode: 'id', value: 'google/gemma-4-31B-it' };

/** Turns the posted rows into items, and returns all answers. */
function batchWorkflow(path: string) {
	const responses = { responseMode: 'lastNode', responseData: 'allEntries' };
	const parameters = { httpMethod: 'POST', path, ...responses, options: {} };
	const trigger = { ...webhook(path, 'lastNode'), parameters };
	const split = node('Split Out', 'n8n-nodes-base.splitOut', 1, {
		fieldToSplitOut: 'body.rows',
		options: { destinationFieldName: 'row' },
	});
	return workflowOf('Batch', [
		trigger,
		split,
		chatNode('=[[answer: row {{ $json.row }}]]', { model }),
	]);
}

/** Sends the items of a scenario, in several executions at once. */
export async function runBatches(session: QueueSession, scenario: Scenario): Promise<Measurement> {
	const requests: RecordedRequest[] = [];
	const simulator = await startStrictSimulator({
		...scenario.options(),
		concurrencyLimit: scenario.limit,
		latency: { kind: 'constant', ms: answerMs },
		onRequest: (request) => requests.push(request),
	});
	try {
		const path = randomUUID();
		await session.publish(batchWorkflow(path), simulator.baseUrl);
		const outputs = await Promise.all(
			batchesOf(scenario.itemCount).map(async (rows) => await outputsOf(session, path, rows)),
		);
		const { byStatus, maxInFlight } = simulator.statistics;
		return {
			workers: session.workers.length,
			scenario,
			outputs: outputs.flat(),
			seconds: secondsOf(requests),
			optimumSeconds:
				(scenario.itemCount * answerMs) / scenario.limit / 1000 + scenario.awaySeconds,
			requests: requests.length,
			byStatus,
			maxInFlight,
		};
	} finally {
		await simulator.close();
	}
}

function batchesOf(itemCount: number): number[][] {
	const rows = Array.from({ length: itemCount }, (_, row) => row);
	const size = Math.ceil(itemCount / executionCount);
	return Array.from({ length: executionCount }, (_, index) =>
		rows.slice(index * size, (index + 1) * size),
	);
}

async function outputsOf(session: QueueSession, path: string, rows: number[]): Promise<unknown[]> {
	const { status, body } = await session.post(path, { rows });
	if (status !== 200) return [`HTTP ${status}: ${body}`];
	return (JSON.parse(body) as Array<{ output: unknown }>).map(({ output }) => output);
}

function secondsOf(requests: RecordedRequest[]): number {
	const startedAtMs = Math.min(...requests.map((request) => request.startedAtMs));
	const endedAtMs = Math.max(...requests.map((request) => request.endedAtMs ?? startedAtMs));
	return (endedAtMs - startedAtMs) / 1000;
}
