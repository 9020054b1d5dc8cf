import { outputItems } from '../../tools/n8n/executions';
import { openBench, type Bench } from './support/bench';
import { chatNode, collect, items, manualTrigger, workflowOf } from './support/workflows';

let bench: Bench;

beforeAll(async () => {
	bench = await openBench();
});
beforeEach(() => bench.simulator.reset());
afterAll(async () => await bench.close());

const rows = [0, 1, 2, 3, 4, 5].map((row) => ({ row, isBad: row % 3 === 1 }));

/** The service refuses the rows that say so. */
function refuseBadRows(status: number): void {
	bench.simulator.fault({
		when: { matches: ({ body }) => JSON.stringify(body).includes('bad row') },
		fault: { kind: 'status', status },
	});
}

async function runRows(onError: string) {
	const content = '={{ $json.isBad ? "bad row" : "good row" }} [[answer: row {{ $json.row }}]]';
	const outputs = [collect('Answered'), collect('Failed')];
	const node = chatNode(content, {}, { onError });
	return await bench.run(
		workflowOf(`Rows under ${onError}`, [manualTrigger(), items(rows), node], { outputs }),
	);
}

test('failed items leave by the error output with message and advice, good ones by the main output', async () => {
	refuseBadRows(400);
	const execution = await runRows('continueErrorOutput');
	expect(execution.status).toBe('success');
	const answered = outputItems(execution, 'Answered');
	const failed = outputItems(execution, 'Failed');
	expect(answered.map(({ json }) => json.output)).toEqual(['row 0', 'row 2', 'row 3', 'row 5']);
	expect(failed.map(({ json }) => json.row)).toEqual([1, 4]);
	for (const { json } of failed) {
		expect(json.error).toEqual(expect.stringMatching(/\S/));
		expect(json.details).toMatchObject({ status: 400, advice: expect.stringMatching(/\S/) });
	}
});

test('both outputs stay paired with the input items', async () => {
	refuseBadRows(400);
	const execution = await runRows('continueErrorOutput');
	const node = execution.runData['W&B Inference Chat']?.[0]?.data?.main ?? [];
	const rowsOf = (output: number) =>
		(node[output] ?? []).map(({ pairedItem }) => (pairedItem as { item: number }).item);
	expect(rowsOf(0)).toEqual([0, 2, 3, 5]);
	expect(rowsOf(1)).toEqual([1, 4]);
});

test('"Continue" keeps failed items in their places of the main output', async () => {
	refuseBadRows(400);
	const execution = await runRows('continueRegularOutput');
	const answered = outputItems(execution, 'Answered').map(({ json }) => json);
	expect(answered).toHaveLength(rows.length);
	expect(answered.map((json) => 'error' in json)).toEqual(rows.map(({ isBad }) => isBad));
});

test('"Stop Workflow" ends the execution with the message of the service and what to do', async () => {
	refuseBadRows(402);
	const execution = await runRows('stopWorkflow');
	expect(execution.status).toBe('error');
	expect(execution.error?.message).toMatch(/\[item 1\]$/);
	expect(execution.error?.description).toMatch(/Request ID: \S+/);
});
