/* eslint-disable @n8n/community-nodes/no-restricted-globals -- not shipped: runs outside n8n */
import { randomUUID } from 'node:crypto';
import type { WorkflowNode } from '../../tools/n8n/workflowFile';
import { postAndWatch, textPieces } from '../e2e/support/postAndWatch';
import { chatNode, webhook, workflowOf } from '../e2e/support/workflows';
import type { Simulator } from '../../tools/simulator/simulator';
import { startStrictSimulator } from '../support/useSimulator';
import { openQueueSession, type QueueSession } from './support/openQueueSession';
import { waitFor } from './support/waitFor';

// jest ignores the timeout of a project in jest.config.js.
jest.setTimeout(180_000);

/** A model that does not reason first, so that the length of its text determines its time. */
const model = { __rl: true, mode: 'id', value: 'google/gemma-4-31B-it' };

let session: QueueSession;
let simulator: Simulator;

beforeAll(async () => {
	session = await openQueueSession();
	await session.haveWorkers(2);
});
afterEach(async () => await simulator.close());
afterAll(async () => await session.close());

test('a streaming webhook passes the text on through the main process while a worker receives it', async () => {
	simulator = await startStrictSimulator({ tokensPerSecond: 40, timeToFirstTokenMs: 100 });
	const path = randomUUID();
	const node = chatNode('A story [[tokens: 100]]', { model });
	await session.publish(
		workflowOf('Streaming', [webhook(path, 'streaming'), node]),
		simulator.baseUrl,
	);
	let textBeforeTheEnd = 0;
	const arrivals = await postAndWatch(`${session.n8nUrl}/webhook/${path}`, {}, ({ type }) => {
		if (type === 'item' && simulator.statistics.inFlight > 0) textBeforeTheEnd += 1;
	});
	const times = textPieces(arrivals).map(({ atMs }) => atMs);
	expect((times.at(-1) ?? 0) - (times[0] ?? 0)).toBeGreaterThan(1250);
	expect(textBeforeTheEnd).toBeGreaterThan(20);
});

/** Sends the same request with n8n's own node, to compare what n8n loses of each. */
function httpRequestNode(content: string): WorkflowNode {
	const body = { model: model.value, messages: [{ role: 'user', content }] };
	return {
		...chatNode(content),
		name: 'HTTP Request',
		type: 'n8n-nodes-base.httpRequest',
		typeVersion: 4.2,
		credentials: undefined,
		parameters: {
			method: 'POST',
			url: `${simulator.baseUrl}/chat/completions`,
			sendHeaders: true,
			headerParameters: {
				parameters: [{ name: 'Authorization', value: 'Bearer simulator-key' }],
			},
			sendBody: true,
			specifyBody: 'json',
			jsonBody: JSON.stringify(body),
			options: {},
		},
	};
}

async function countStatuses(workflowId: string): Promise<Record<string, number>> {
	const counts: Record<string, number> = {};
	for (const { status } of await session.client.listExecutions(workflowId)) {
		counts[status] = (counts[status] ?? 0) + 1;
	}
	return counts;
}

test("a killed worker loses only the executions that it was running, as with n8n's own nodes", async () => {
	simulator = await startStrictSimulator({ latency: { kind: 'constant', ms: 15_000 } });
	const content = '[[answer: done]]';
	// Few enough that all of them are running when the worker is killed.
	const executionsEach = 7;
	const paths = { ours: randomUUID(), theirs: randomUUID() };
	const ours = await session.publish(
		workflowOf('Ours', [webhook(paths.ours, 'onReceived'), chatNode(content, { model })]),
		simulator.baseUrl,
	);
	const theirs = await session.publish(
		workflowOf('Theirs', [webhook(paths.theirs, 'onReceived'), httpRequestNode(content)]),
		simulator.baseUrl,
	);
	for (let count = 0; count < executionsEach; count += 1) {
		await Promise.all([session.post(paths.ours, {}), session.post(paths.theirs, {})]);
	}
	await waitFor(() => simulator.statistics.inFlight === 2 * executionsEach);
	process.kill(session.workers[0]!.processId, 'SIGKILL');
	await waitFor(() => simulator.requests.every(({ outcome }) => outcome !== undefined));
	// Only the node under test requests a stream.
	const lost = simulator.requests
		.filter(({ outcome }) => outcome === 'aborted')
		.map(({ body }) => ((body as { stream?: boolean }).stream ? 'ours' : 'theirs'));
	const lostCount = (side: string) => lost.filter((lostSide) => lostSide === side).length;
	expect(lost.length).toBeGreaterThan(0);
	expect(lost.length).toBeLessThan(2 * executionsEach);
	for (const [side, workflowId] of Object.entries({ ours, theirs })) {
		const expected = { success: executionsEach - lostCount(side), error: lostCount(side) };
		await waitFor(async () => (await countStatuses(workflowId)).running === undefined);
		expect({ success: 0, error: 0, ...(await countStatuses(workflowId)) }).toEqual(expected);
	}
});
