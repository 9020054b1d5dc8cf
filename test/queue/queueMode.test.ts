/* eslint-disable @n8n/community-nodes/no-restricted-globals, no-console -- not shipped: runs outside n8n */
import { randomUUID } from 'node:crypto';
import { createN8nClient, type N8nClient } from '../../tools/n8n/createN8nClient';
import { withCredential, type WorkflowFile, type WorkflowNode } from '../../tools/n8n/workflowFile';
import { postAndWatch, textPieces } from '../e2e/support/postAndWatch';
import { chatNode, webhook, workflowOf } from '../e2e/support/workflows';
import type { Simulator } from '../../tools/simulator/simulator';
import { startStrictSimulator } from '../support/useSimulator';
import { queueAddress } from './support/startQueue';
import { waitFor } from './support/waitFor';

// jest ignores the timeout of a project in jest.config.js.
jest.setTimeout(180_000);

const concurrencyLimit = 8;
const answerMs = 300;
/** A model that does not reason first, so that the length of its text determines its time. */
const model = { __rl: true, mode: 'id', value: 'google/gemma-4-31B-it' };

const { n8nUrl, workerIds } = queueAddress();
let client: N8nClient;
let simulator: Simulator;

beforeAll(async () => {
	client = createN8nClient(n8nUrl);
	await client.logIn({ email: 'owner@n8n.local', password: 'Password1' });
});
afterEach(async () => await simulator.close());

/** Saves and publishes a workflow whose credential points at the current simulator. */
async function publish(workflow: WorkflowFile): Promise<string> {
	const credential = await client.saveCredential({
		name: 'W&B Inference account',
		type: 'wandbInferenceApi',
		data: { apiKey: 'simulator-key', project: '', baseUrl: simulator.baseUrl },
	});
	const saved = await client.importWorkflow(withCredential(workflow, credential));
	await client.activateWorkflow(saved);
	return saved.id;
}

interface WebhookResponse {
	status: number;
	body: string;
}

async function post(path: string, body: object): Promise<WebhookResponse> {
	const response = await fetch(`${n8nUrl}/webhook/${path}`, {
		method: 'POST',
		headers: { 'content-type': 'application/json' },
		body: JSON.stringify(body),
	});
	return { status: response.status, body: await response.text() };
}

test('200 concurrent executions on two workers all succeed with a concurrency limit of 8', async () => {
	simulator = await startStrictSimulator({
		concurrencyLimit,
		latency: { kind: 'constant', ms: answerMs },
	});
	const path = randomUUID();
	const content = '=[[answer: row {{ $json.body.row }}]]';
	await publish(workflowOf('Burst', [webhook(path, 'lastNode'), chatNode(content, { model })]));
	const startedAtMs = performance.now();
	const rows = Array.from({ length: 200 }, (_, row) => row);
	const responses = await Promise.all(rows.map(async (row) => await post(path, { row })));
	const elapsedSeconds = (performance.now() - startedAtMs) / 1000;

	expect(responses.map(({ status }) => status)).toEqual(rows.map(() => 200));
	const outputs = responses.map(({ body }) => (JSON.parse(body) as { output: string }).output);
	expect(outputs).toEqual(rows.map((row) => `row ${row}`));
	const { maxInFlight, byStatus } = simulator.statistics;
	expect(byStatus[200]).toBe(rows.length);
	const idealSeconds = (rows.length * answerMs) / concurrencyLimit / 1000;
	console.log(
		`200 executions: ${elapsedSeconds.toFixed(1)} s (at least ${idealSeconds} s), ` +
			`${byStatus[429] ?? 0} requests rejected with 429, at most ${maxInFlight} at once.`,
	);
});

test('a streaming webhook passes the text on through the main process while a worker receives it', async () => {
	simulator = await startStrictSimulator({ tokensPerSecond: 40, timeToFirstTokenMs: 100 });
	const path = randomUUID();
	const node = chatNode('A story [[tokens: 100]]', { model });
	await publish(workflowOf('Streaming', [webhook(path, 'streaming'), node]));
	let textBeforeTheEnd = 0;
	const arrivals = await postAndWatch(`${n8nUrl}/webhook/${path}`, {}, ({ type }) => {
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
	for (const { status } of await client.listExecutions(workflowId)) {
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
	const ours = await publish(
		workflowOf('Ours', [webhook(paths.ours, 'onReceived'), chatNode(content, { model })]),
	);
	const theirs = await publish(
		workflowOf('Theirs', [webhook(paths.theirs, 'onReceived'), httpRequestNode(content)]),
	);
	for (let count = 0; count < executionsEach; count += 1) {
		await Promise.all([post(paths.ours, {}), post(paths.theirs, {})]);
	}
	await waitFor(() => simulator.statistics.inFlight === 2 * executionsEach);
	process.kill(Number(workerIds[0]), 'SIGKILL');
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
