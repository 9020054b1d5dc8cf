import { waitUntil } from '../support/waitUntil';
import { openN8nSession, type N8nSession } from './support/openN8nSession';
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
let session: N8nSession;

beforeAll(async () => {
	session = await openN8nSession({ tokensPerSecond: 10, timeToFirstTokenMs: 100 });
});
beforeEach(() => session.simulator.reset());
afterAll(async () => await session.close());

const longStory = 'A long story [[tokens: 2000]]';
const rows = Array.from({ length: requestCount }, (_, row) => ({ row }));

async function measureStopMs(stop: () => Promise<unknown>): Promise<number> {
	const startedAtMs = performance.now();
	const stopped = stop();
	await waitUntil(() => session.simulator.statistics.inFlight === 0);
	const elapsedMs = performance.now() - startedAtMs;
	await stopped;
	return elapsedMs;
}

test('the stop button in the editor aborts the running requests within a second', async () => {
	const saved = await session.importWorkflow(
		workflowOf('Stop', [manualTrigger(), items(rows), chatNode(longStory), collect('Answered')]),
	);
	await inEditor(async (editor) => {
		await editor.openWorkflow(saved.id);
		await editor.part('execute-workflow-button').first().click();
		const stopButton = editor.part('stop-execution-button');
		await stopButton.waitFor();
		await waitUntil(() => session.simulator.statistics.inFlight === requestCount);
		expect(await measureStopMs(async () => await stopButton.click())).toBeLessThan(1000);
	});
	const { statistics, requests } = session.simulator;
	expect(statistics.aborted).toBe(requestCount);
	expect(requests).toHaveLength(requestCount);
	const [latest] = await session.client.listExecutions(saved.id);
	const execution = await session.client.waitForExecution(String(latest?.id));
	expect(execution.status).toBe('canceled');
});

test('stopping an agent aborts its running request within a second', async () => {
	const model = chatModel();
	const question = items([{ chatInput: longStory }]);
	const saved = await session.importWorkflow(
		workflowOf('Stop an agent', [manualTrigger(), question, agent()], {
			attached: [{ node: model, as: 'ai_languageModel' }],
		}),
	);
	const executionId = await session.client.runWorkflow(saved);
	await waitUntil(() => session.simulator.statistics.inFlight === 1);
	const stopMs = await measureStopMs(async () => await session.client.stopExecution(executionId));
	expect(stopMs).toBeLessThan(1000);
	expect(session.simulator.statistics.aborted).toBe(1);
});
