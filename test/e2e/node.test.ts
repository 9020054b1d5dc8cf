import { openN8nSession, type N8nSession } from './support/openN8nSession';
import { inEditor, type Editor } from './support/Editor';
import { chatNode, manualTrigger, workflowOf } from './support/workflows';

let session: N8nSession;

beforeAll(async () => {
	session = await openN8nSession();
});
beforeEach(() => session.simulator.reset());
afterAll(async () => await session.close());

const nodeName = 'W&B Inference Chat';

async function openNewNode(editor: Editor): Promise<void> {
	await editor.createWorkflow();
	await editor.searchNodes('W&B');
	await editor.nodePanelName(nodeName).click();
	await editor.nodePanelName('Message a model').click();
	await editor.part('ndv').waitFor();
}

test.each(['light', 'dark'] as const)(
	'the node panel shows both nodes with their %s icon',
	async (theme) => {
		await inEditor(async (editor) => {
			await editor.createWorkflow();
			await editor.searchNodes('W&B');
			const file = theme === 'light' ? 'wandbInference.svg' : 'wandbInference.dark.svg';
			for (const name of [nodeName, 'W&B Inference Chat Model']) {
				const icon = editor.nodePanelIcon(name);
				await icon.waitFor();
				expect(await icon.getAttribute('src')).toContain(file);
				expect(
					await icon.evaluate((image: { naturalWidth?: number }) => image.naturalWidth),
				).toBeGreaterThan(0);
			}
		}, theme);
	},
);

test('a node added from the panel answers with a model from the live list', async () => {
	await inEditor(async (editor) => {
		await openNewNode(editor);
		await editor.pickModel('openai/gpt-oss-20b');
		const content = editor.part('parameter-input-content').last().locator('textarea');
		await content.fill('Explain in one sentence what a workflow is.');
		await editor.part('node-execute-button').click();
		await editor.part('node-run-status-success').waitFor();
		await editor.part('parameter-input-resource').scrollIntoViewIfNeeded();
		await editor.saveScreenshot('node');
		const output = await editor.readOutput();
		expect(output).toMatch(/"output":\s*"\w+ \w+/);
		expect(output).toMatch(/"finishReason":\s*"stop"/);
		expect(session.simulator.requests.map(({ path }) => path)).toEqual([
			'/v1/models',
			'/v1/chat/completions',
		]);
		expect(session.simulator.requests[1]?.body).toMatchObject({ model: 'openai/gpt-oss-20b' });
	});
});

test('typing filters the list of models', async () => {
	await inEditor(async (editor) => {
		await openNewNode(editor);
		await editor.part('rlc-input').click();
		await editor.part('rlc-item').first().waitFor();
		expect(await editor.part('rlc-item').count()).toBeGreaterThan(2);
		await editor.part('rlc-search').fill('oss 120');
		const others = editor.part('rlc-item').filter({ hasNotText: 'oss-120b' });
		await others.first().waitFor({ state: 'detached' });
		await editor.part('rlc-item').first().waitFor();
		expect(await editor.part('rlc-item').allInnerTexts()).toEqual(['openai/gpt-oss-120b']);
	});
});

test('a model list that cannot be loaded says why and what to do', async () => {
	session.simulator.fault({ path: 'models', fault: { kind: 'status', status: 401 } });
	await inEditor(async (editor) => {
		await openNewNode(editor);
		await editor.part('rlc-input').click();
		await editor.part('rlc-error-message').waitFor();
		const shown = await editor.part('rlc-error-container').innerText();
		expect(shown).toMatch(/Authentication failed/);
		expect(shown).toMatch(/Check the API key/);
	});
});

test('an error is shown with the message of the service and the request ID', async () => {
	session.simulator.fault({ fault: { kind: 'status', status: 402 } });
	const saved = await session.importWorkflow(
		workflowOf('Error', [manualTrigger(), chatNode('Hello')]),
	);
	await inEditor(async (editor) => {
		await editor.openWorkflow(saved.id);
		await editor.openNode(nodeName);
		await editor.part('node-execute-button').click();
		await editor.part('output-panel').getByText('Error details').waitFor();
		await editor.saveScreenshot('error');
		const shown = await editor.part('output-panel').innerText();
		expect(shown).toMatch(/quota|credits/i);
		expect(shown).toMatch(/Request ID/);
		expect(session.simulator.requests).toHaveLength(1);
	});
});

test('the open node uses the dark icon in the dark theme', async () => {
	const saved = await session.importWorkflow(
		workflowOf('Dark theme', [
			manualTrigger(),
			chatNode('Explain in one sentence what a workflow is.'),
		]),
	);
	await inEditor(async (editor) => {
		await editor.openWorkflow(saved.id);
		await editor.openNode(nodeName);
		await editor.part('node-execute-button').click();
		await editor.part('node-run-status-success').waitFor();
		const icon = editor.part('ndv').locator('img[src*="wandbInference"]').first();
		expect(await icon.getAttribute('src')).toContain('wandbInference.dark.svg');
	}, 'dark');
});
