import { outputItems } from '../../tools/n8n/executions';
import { credentialName, openN8nSession, type N8nSession } from './support/openN8nSession';
import { inEditor } from './support/Editor';
import { chatNode, items, manualTrigger, workflowOf } from './support/workflows';

const nodeName = 'W&B Inference Chat';
let session: N8nSession;

beforeAll(async () => {
	session = await openN8nSession();
	const { baseUrl, weaveUrl } = session.simulator;
	await session.client.saveCredential({
		name: credentialName,
		type: 'wandbInferenceApi',
		data: { apiKey: 'simulator-key', project: '', baseUrl, weaveUrl },
	});
});
afterAll(async () => await session.close());

test('the list of models shows prices, context, and features, and finds by feature', async () => {
	const saved = await session.importWorkflow(
		workflowOf('Prices', [manualTrigger(), chatNode('Hello')]),
	);
	await inEditor(async (editor) => {
		await editor.openWorkflow(saved.id);
		await editor.openNode(nodeName);
		await editor.choose('resource', 'Chat');
		await editor.part('rlc-mode-selector').click();
		await editor.page.getByRole('option', { name: 'From List' }).click();
		await editor.part('rlc-input').click();
		const entries = editor.part('rlc-item');
		await entries.filter({ hasText: 'gpt-oss-20b' }).waitFor();
		expect(await entries.filter({ hasText: 'gpt-oss-20b' }).innerText()).toMatch(
			/^openai\/gpt-oss-20b · \$0\.03\/\$0\.13 · 131k · tools, reasoning/,
		);
		await editor.saveScreenshot('model-list');
		await editor.part('rlc-search').fill('vision');
		await entries.filter({ hasText: 'gpt-oss-20b' }).waitFor({ state: 'detached' });
		await entries.filter({ hasText: 'vision' }).first().waitFor();
		expect(await entries.filter({ hasNotText: 'vision' }).count()).toBe(0);
	});
});

test('the output has the cost, and a hint gives the total of the run', async () => {
	const rows = items([{ text: 'one' }, { text: 'two' }]);
	const saved = await session.importWorkflow(
		workflowOf('Cost', [manualTrigger(), rows, chatNode('={{ $json.text }}')]),
	);
	await inEditor(async (editor) => {
		await editor.openWorkflow(saved.id);
		await editor.part('execute-workflow-button').first().click();
		await editor.canvasNode(nodeName).getByTestId('canvas-node-status-success').waitFor();
		await editor.openNode(nodeName);
		await editor.page.getByText(/^2 items, .* tokens in, .* out, about \$0\.0000\d+\.$/).waitFor();
		expect(await editor.readOutput()).toMatch(/"costUsd":\s*0\.0000\d+/);
	});
});

test('rows that do not fit the budget go to the error output', async () => {
	const rows = items(Array.from({ length: 20 }, (_, row) => ({ row })));
	const node = chatNode(
		'Hello [[answer: Hi]]',
		{ budget: { maxTokens: 200 } },
		{ onError: 'continueErrorOutput' },
	);
	const execution = await session.run(workflowOf('Budget', [manualTrigger(), rows, node]));
	const answered = outputItems(execution, nodeName);
	const refused = outputItems(execution, nodeName, 1);
	expect(answered.length).toBeGreaterThan(0);
	expect(answered.length + refused.length).toBe(20);
	expect(refused[0]?.json).toMatchObject({ details: { kind: 'budget' } });
	const used = answered.map(({ json }) => (json.usage as { totalTokens: number }).totalTokens);
	expect(used.reduce((sum, tokens) => sum + tokens, 0)).toBeLessThanOrEqual(200);
});
