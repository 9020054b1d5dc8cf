import { randomUUID } from 'node:crypto';
import { outputItems } from '../../tools/n8n/executions';
import { waitUntil } from '../support/waitUntil';
import { openN8nSession, type N8nSession } from './support/openN8nSession';
import { inEditor, type Editor } from './support/Editor';
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
/** Does not reason first, so its text starts right away. */
const plainModel = { __rl: true, mode: 'id', value: 'google/gemma-4-31B-it' };
let session: N8nSession;

beforeAll(async () => {
	session = await openN8nSession({ tokensPerSecond: 40 });
});
beforeEach(() => session.simulator.reset());
afterAll(async () => await session.close());

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

async function attachAndExecute(editor: Editor, workflowId: string): Promise<void> {
	await editor.openWorkflow(workflowId);
	await attachModel(editor);
	await editor.pickModel('openai/gpt-oss-20b');
	await editor.part('ndv-close-button').click();
	await editor.part('execute-workflow-button').first().click();
	await editor.canvasNode('AI Agent').getByTestId('canvas-node-status-success').waitFor();
	await editor.part('zoom-to-fit').click();
	await editor.page.getByRole('button', { name: 'Execute workflow' }).first().waitFor();
	await editor.saveScreenshot('agent-light');
}

test('a model attached to an agent on the canvas answers', async () => {
	const question = items([{ chatInput: 'Who are you? [[answer: A model of W&B]]' }]);
	const saved = await session.importWorkflow(
		workflowOf('Agent', [manualTrigger(), question, agent()]),
	);
	await inEditor(async (editor) => {
		await attachAndExecute(editor, saved.id);
		await editor.openNode('AI Agent');
		expect(await editor.readOutput()).toContain('A model of W&B');
		expect(session.simulator.requests.at(-1)?.body).toMatchObject({ model: 'openai/gpt-oss-20b' });
	});
});

test('an agent uses a tool and answers with its result', async () => {
	const chatInput = 'How much is 6 * 7? [[call: Calculator {"input": "6 * 7"}]]';
	const execution = await session.run(
		workflowOf('Agent with a tool', [manualTrigger(), items([{ chatInput }]), agent()], {
			attached: [
				{ node: chatModel(), as: 'ai_languageModel' },
				{ node: calculator(), as: 'ai_tool' },
			],
		}),
	);
	expect(execution.status).toBe('success');
	expect(outputItems(execution, 'AI Agent')[0]?.json.output).toContain('42');
	expect(session.simulator.requests).toHaveLength(2);
});

test('a request to an overloaded service is retried without the agent noticing', async () => {
	session.simulator.fault({
		when: { first: 1 },
		fault: { kind: 'status', status: 503, retryAfter: '0' },
	});
	const execution = await session.run(
		workflowOf('Busy', [manualTrigger(), items([{ chatInput: '[[answer: Here]]' }]), agent()], {
			attached: [{ node: chatModel(), as: 'ai_languageModel' }],
		}),
	);
	expect(outputItems(execution, 'AI Agent')[0]?.json.output).toBe('Here');
	expect(session.simulator.requests).toHaveLength(2);
});

test('an exceeded quota ends the agent after one request and says what to do', async () => {
	session.simulator.fault({ fault: { kind: 'status', status: 402 } });
	const execution = await session.run(
		workflowOf('Quota', [manualTrigger(), items([{ chatInput: 'Hello' }]), agent()], {
			attached: [{ node: chatModel(), as: 'ai_languageModel' }],
		}),
	);
	expect(execution.status).toBe('error');
	expect(session.simulator.requests).toHaveLength(1);
	expect(execution.error?.message).toMatch(/quota|credits/i);
	expect(execution.error?.description).toMatch(/W&B Billing/);
});

/** A chat in the editor that an agent answers. */
async function importEditorChat(): Promise<string> {
	const chat = hostedChat('streaming', randomUUID());
	const { id } = await session.importWorkflow(
		workflowOf('Chat', [chat, agent({ enableStreaming: true })], {
			attached: [{ node: chatModel({ model: plainModel }), as: 'ai_languageModel' }],
		}),
	);
	return id;
}

test('the chat in the editor shows the text of an agent while it is written', async () => {
	const workflowId = await importEditorChat();
	await inEditor(async (editor) => {
		await editor.openWorkflow(workflowId);
		await editor.openChat();
		await editor.sendChat('Tell me a story [[tokens: 400]]');
		await waitUntil(() => session.simulator.statistics.inFlight === 1);
		const answer = editor.page.locator('.chat-message-from-bot:not(.chat-message-typing)');
		await answer
			.getByText(/\w+ \w+/)
			.first()
			.waitFor();
		expect(session.simulator.statistics.inFlight).toBe(1);
		const early = await answer.innerText();
		await editor.part('stop-execution-button').waitFor({ state: 'detached' });
		expect((await answer.innerText()).length).toBeGreaterThan(early.length);
	});
});
