import { waitUntil } from '../support/waitUntil';
import { openBench, type Bench } from './support/bench';
import { inEditor } from './support/Editor';
import {
	agent,
	chatModel,
	chatNode,
	collect,
	items,
	manualTrigger,
	workflowOf,
} from './support/workflows';

const requestCount = 6;
let bench: Bench;

beforeAll(async () => {
	bench = await openBench({ tokensPerSecond: 10, timeToFirstTokenMs: 100 });
});
beforeEach(() => bench.simulator.reset());
afterAll(async () => await bench.close());

const longStory = 'A long story [[tokens: 2000]]';
const rows = Array.from({ length: requestCount }, (_, row) => ({ row }));

async function measureEndMs(stop: () => Promise<unknown>): Promise<number> {
	const startedAtMs = performance.now();
	const stopped = stop();
	await waitUntil(() => bench.simulator.statistics.inFlight === 0);
	const elapsedMs = performance.now() - startedAtMs;
	await stopped;
	return elapsedMs;
}

test('the stop button of the editor ends the running requests at the service within a second', async () => {
	const saved = await bench.importWorkflow(
		workflowOf('Stop', [manualTrigger(), items(rows), chatNode(longStory), collect('Answered')]),
	);
	await inEditor(async (editor) => {
		await editor.openWorkflow(saved.id);
		await editor.part('execute-workflow-button').first().click();
		const stopButton = editor.part('stop-execution-button');
		await stopButton.waitFor();
		await waitUntil(() => bench.simulator.statistics.inFlight === requestCount);
		expect(await measureEndMs(async () => await stopButton.click())).toBeLessThan(1000);
	});
	const { statistics, requests } = bench.simulator;
	expect(statistics.aborted).toBe(requestCount);
	expect(requests).toHaveLength(requestCount);
	const [latest] = await bench.client.listExecutions(saved.id);
	const execution = await bench.client.waitForExecution(String(latest?.id));
	expect(execution.status).toBe('canceled');
});

test('stopping an agent ends its running request within a second', async () => {
	const model = chatModel();
	const question = items([{ chatInput: longStory }]);
	const saved = await bench.importWorkflow(
		workflowOf('Stop an agent', [manualTrigger(), question, agent()], {
			attached: [{ node: model, as: 'ai_languageModel' }],
		}),
	);
	const executionId = await bench.client.runWorkflow(saved);
	await waitUntil(() => bench.simulator.statistics.inFlight === 1);
	const endMs = await measureEndMs(async () => await bench.client.stopExecution(executionId));
	expect(endMs).toBeLessThan(1000);
	expect(bench.simulator.statistics.aborted).toBe(1);
});
