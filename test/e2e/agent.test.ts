import { randomUUID } from 'node:crypto';
import { outputItems } from '../../tools/n8n/executions';
import { waitUntil } from '../support/waitUntil';
import { openBench, type Bench } from './support/bench';
import { inEditor, type Editor, type Theme } from './support/Editor';
import {
	agent,
	calculator,
	chatModel,
	hostedChat,
	items,
	manualTrigger,
	workflowOf,
} from './support/workflows';

const nodeName = 'W&B Inference Chat Model';
/** It does not think first: its text starts at once. */
const plainModel = { __rl: true, mode: 'id', value: 'google/gemma-4-31B-it' };
let bench: Bench;

beforeAll(async () => {
	bench = await openBench({ tokensPerSecond: 40 });
});
beforeEach(() => bench.simulator.reset());
afterAll(async () => await bench.close());

async function attachModel(editor: Editor): Promise<void> {
	const handle = editor
		.canvasNode('AI Agent')
		.locator('[data-handleid*="ai_languageModel"], [data-test-id="canvas-node-input-handle"]')
		.filter({ hasText: /Chat Model/ })
		.first();
	await handle.getByTestId('canvas-handle-plus').click();
	await editor.nodePanelName(nodeName).click();
	await editor.page.getByText('Add to workflow').click();
	await editor.part('ndv').waitFor();
}

async function attachAndExecute(editor: Editor, workflowId: string, theme: Theme): Promise<void> {
	await editor.openWorkflow(workflowId);
	await attachModel(editor);
	await editor.pickModel('openai/gpt-oss-20b');
	await editor.saveScreenshot(`agent-model-${theme}`);
	await editor.part('ndv-close-button').click();
	await editor.part('execute-workflow-button').first().click();
	await editor.canvasNode('AI Agent').getByTestId('canvas-node-status-success').waitFor();
	await editor.part('zoom-to-fit').click();
	await editor.page.getByRole('button', { name: 'Execute workflow' }).first().waitFor();
	await editor.saveScreenshot(`agent-${theme}`);
}

test.each(['light', 'dark'] as const)(
	'attached to an agent on the canvas, the model answers (%s)',
	async (theme) => {
		const question = items([{ chatInput: 'Who are you? [[answer: A model of W&B]]' }]);
		const saved = await bench.importWorkflow(
			workflowOf(`Agent ${theme}`, [manualTrigger(), question, agent()]),
		);
		await inEditor(async (editor) => {
			await attachAndExecute(editor, saved.id, theme);
			await editor.openNode('AI Agent');
			expect(await editor.readOutput()).toContain('A model of W&B');
			expect(bench.simulator.requests.at(-1)?.body).toMatchObject({ model: 'openai/gpt-oss-20b' });
		}, theme);
	},
);

test('an agent uses a tool and answers with its result', async () => {
	const chatInput = 'How much is 6 * 7? [[call: Calculator {"input": "6 * 7"}]]';
	const execution = await bench.run(
		workflowOf('Agent with a tool', [manualTrigger(), items([{ chatInput }]), agent()], {
			attached: [
				{ node: chatModel(), as: 'ai_languageModel' },
				{ node: calculator(), as: 'ai_tool' },
			],
		}),
	);
	expect(execution.status).toBe('success');
	expect(outputItems(execution, 'AI Agent')[0]?.json.output).toContain('42');
	expect(bench.simulator.requests).toHaveLength(2);
});

test('a busy service is asked again without the agent noticing', async () => {
	bench.simulator.fault({
		when: { first: 1 },
		fault: { kind: 'status', status: 503, retryAfter: '0' },
	});
	const execution = await bench.run(
		workflowOf('Busy', [manualTrigger(), items([{ chatInput: '[[answer: Here]]' }]), agent()], {
			attached: [{ node: chatModel(), as: 'ai_languageModel' }],
		}),
	);
	expect(outputItems(execution, 'AI Agent')[0]?.json.output).toBe('Here');
	expect(bench.simulator.requests).toHaveLength(2);
});

test('an empty account ends the agent after one request, with what to do', async () => {
	bench.simulator.fault({ fault: { kind: 'status', status: 402 } });
	const execution = await bench.run(
		workflowOf('Quota', [manualTrigger(), items([{ chatInput: 'Hello' }]), agent()], {
			attached: [{ node: chatModel(), as: 'ai_languageModel' }],
		}),
	);
	expect(execution.status).toBe('error');
	expect(bench.simulator.requests).toHaveLength(1);
	expect(execution.error?.message).toMatch(/quota|credits/i);
	expect(execution.error?.description).toMatch(/W&B Billing/);
});

/** A chat that nobody outside the editor can reach, answered by an agent. */
async function importEditorChat(): Promise<string> {
	const chat = hostedChat('streaming', randomUUID());
	const { id } = await bench.importWorkflow(
		workflowOf('Chat', [chat, agent({ enableStreaming: true })], {
			attached: [{ node: chatModel({ model: plainModel }), as: 'ai_languageModel' }],
		}),
	);
	return id;
}

test('the chat of the editor shows what an agent writes while it writes', async () => {
	const workflowId = await importEditorChat();
	await inEditor(async (editor) => {
		await editor.openWorkflow(workflowId);
		await editor.openChat();
		await editor.sendChat('Tell me a story [[tokens: 400]]');
		await waitUntil(() => bench.simulator.statistics.inFlight === 1);
		const answer = editor.page.locator('.chat-message-from-bot:not(.chat-message-typing)');
		await answer
			.getByText(/\w+ \w+/)
			.first()
			.waitFor();
		expect(bench.simulator.statistics.inFlight).toBe(1);
		const early = await answer.innerText();
		await editor.part('stop-execution-button').waitFor({ state: 'detached' });
		expect((await answer.innerText()).length).toBeGreaterThan(early.length);
		await editor.saveScreenshot('chat');
	});
});
