import { outputItems } from '../../tools/n8n/executions';
import { openN8nSession, type N8nSession } from './support/openN8nSession';
import { chatNode, collect, items, manualTrigger, workflowOf } from './support/workflows';

let session: N8nSession;

beforeAll(async () => {
	session = await openN8nSession();
});
beforeEach(() => session.simulator.reset());
afterAll(async () => await session.close());

const rows = [0, 1, 2, 3, 4, 5].map((row) => ({ row, isBad: row % 3 === 1 }));

/** Makes the service reject the bad rows. */
function rejectBadRows(status: number): void {
	session.simulator.fault({
		when: { matches: ({ body }) => JSON.stringify(body).includes('bad row') },
		fault: { kind: 'status', status },
	});
}

async function runRows(onError: string) {
	const content = '={{ $json.isBad ? "bad row" : "good row" }} [[answer: row {{ $json.row }}]]';
	const outputs = [collect('Answered'), collect('Failed')];
	const node = chatNode(content, {}, { onError });
	return await session.run(
		workflowOf(`Rows with ${onError}`, [manualTrigger(), items(rows), node], { outputs }),
	);
}

test('failed items go to the error output with a message and advice, successful ones to the main output', async () => {
	rejectBadRows(400);
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

test('the items of both outputs are paired with their input items', async () => {
	rejectBadRows(400);
	const execution = await runRows('continueErrorOutput');
	const node = execution.runData['W&B Inference Chat']?.[0]?.data?.main ?? [];
	const rowsOf = (output: number) =>
		(node[output] ?? []).map(({ pairedItem }) => (pairedItem as { item: number }).item);
	expect(rowsOf(0)).toEqual([0, 2, 3, 5]);
	expect(rowsOf(1)).toEqual([1, 4]);
});

test('"Continue" keeps failed items in their position in the main output', async () => {
	rejectBadRows(400);
	const execution = await runRows('continueRegularOutput');
	const answered = outputItems(execution, 'Answered').map(({ json }) => json);
	expect(answered).toHaveLength(rows.length);
	expect(answered.map((json) => 'error' in json)).toEqual(rows.map(({ isBad }) => isBad));
});

test('"Stop Workflow" ends the execution with an error that names the item and the request ID', async () => {
	rejectBadRows(402);
	const execution = await runRows('stopWorkflow');
	expect(execution.status).toBe('error');
	expect(execution.error?.message).toMatch(/\[item 1\]$/);
	expect(execution.error?.description).toMatch(/Request ID: \S+/);
});
