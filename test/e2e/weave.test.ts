import { outputItems, type Execution } from '../../tools/n8n/executions';
import type { WorkflowNode } from '../../tools/n8n/workflowFile';
import type { Fault, SimulatedWeaveCall } from '../../tools/simulator/simulator';
import { waitUntil } from '../support/waitUntil';
import { inEditor } from './support/Editor';
import { credentialName, openN8nSession, type N8nSession } from './support/openN8nSession';
import {
	agent,
	calculator,
	chatModel,
	chatNode,
	items,
	manualTrigger,
	workflowOf,
	type Attachment,
} from './support/workflows';

const nodeName = 'W&B Inference Chat';
const modelName = 'W&B Inference Chat Model';
const options = { traceToWeave: true };
let session: N8nSession;

beforeAll(async () => {
	session = await openN8nSession({ tokensPerSecond: 200, timeToFirstTokenMs: 10 });
});
beforeEach(async () => {
	session.simulator.reset();
	await saveCredential();
});
afterAll(async () => await session.close());

/** Points the credential to a Weave at `/traces` of the simulator, as on a dedicated instance. */
async function saveCredential(changes: Record<string, string> = {}): Promise<void> {
	const { baseUrl, weaveUrl } = session.simulator;
	const data = { apiKey: 'simulator-key', project: 'team/traces', baseUrl };
	await session.client.saveCredential({
		name: credentialName,
		type: 'wandbInferenceApi',
		data: { ...data, weaveUrl: `${weaveUrl}/traces`, ...changes },
	});
}

const asks = (texts: string[]) => items(texts.map((text) => ({ text })));
const tracedNode = (parameters = {}, fields = {}) =>
	chatNode('={{ $json.text }}', { options, ...parameters }, fields);

function batch(texts: string[], node: WorkflowNode, attached: Attachment[] = []) {
	return workflowOf('Traced batch', [manualTrigger(), asks(texts), node], { attached });
}

function question(chatInput: string, attached: Attachment[] = []) {
	const model: Attachment = { node: chatModel({ options }), as: 'ai_languageModel' };
	return workflowOf('Traced agent', [manualTrigger(), items([{ chatInput }]), agent()], {
		attached: [model, ...attached],
	});
}

const weaveCalls = () => session.simulator.weaveCalls;
const weaveRequests = () => session.simulator.requests.filter(({ path }) => /calls/.test(path));
const roots = () => weaveCalls().filter(({ parent_id: parent }) => parent === undefined);
const within = ({ id }: SimulatedWeaveCall) =>
	weaveCalls().filter(({ parent_id: parent }) => parent === id);
const namesOf = (calls: SimulatedWeaveCall[]) =>
	calls.map(({ op_name: name }) => name.replace('wandb_inference.', ''));

interface Origin {
	workflowId: string;
	workflowName: string;
	executionId: string;
	nodeName: string;
	itemIndex: number;
}
const originOf = ({ attributes }: SimulatedWeaveCall) => attributes.n8n as Origin;
const inOrder = () =>
	roots().sort((left, right) => originOf(left).itemIndex - originOf(right).itemIndex);

/** What n8n shows above the output of a node. */
function hintsOf({ runData }: Execution, name = nodeName): string[] {
	return (runData[name] ?? []).flatMap(({ hints }) =>
		((hints ?? []) as Array<{ message: string }>).map(({ message }) => message),
	);
}
const weaveHintsOf = (execution: Execution, name?: string) =>
	hintsOf(execution, name).filter((message) => message.includes('Weave'));

test('each item is a tree of calls that leads back to its execution, also if it fails', async () => {
	session.simulator.fault({
		when: { matches: ({ body }) => JSON.stringify(body).includes('refuse me') },
		fault: { kind: 'status', status: 400 },
	});
	const node = tracedNode(
		{ responseFormat: 'json_object', repairAttempts: 1 },
		{ onError: 'continueRegularOutput' },
	);
	const execution = await session.run(
		batch(
			[
				'[[answer: {"a": 1}]]',
				'refuse me',
				'[[answer: no json]]',
				'[[call: Calculator {"input": "6 * 7"}]]',
			],
			node,
			[{ node: calculator(), as: 'ai_tool' }],
		),
	);
	expect(execution.status).toBe('success');
	const output = outputItems(execution, nodeName).map(({ json }) => json);
	const calls = inOrder();
	expect(calls.map(originOf)).toEqual(
		[0, 1, 2, 3].map((itemIndex) => ({
			workflowId: execution.workflowId,
			workflowName: 'Traced batch',
			executionId: execution.id,
			nodeName,
			itemIndex,
		})),
	);
	expect(calls.map((call) => namesOf(within(call)))).toEqual([
		['chat_completion'],
		['chat_completion'],
		['chat_completion', 'repair'],
		expect.arrayContaining(['chat_completion', 'tool']),
	]);
	expect(calls[1]).toMatchObject({ exception: expect.any(String), summary: { status_counts: {} } });
	for (const call of calls) {
		const { id, output: answer } = call;
		const item = output[originOf(call).itemIndex];
		if (answer) expect(item?.traceUrl).toMatch(new RegExp(`/team/traces/weave/calls/${id}$`));
		else expect(item).toHaveProperty('error');
	}
	const known = new Set(weaveCalls().map(({ id }) => id));
	expect(weaveCalls().every(({ parent_id: parent }) => !parent || known.has(parent))).toBe(true);
	expect(new Set(weaveCalls().map(({ trace_id: trace }) => trace)).size).toBe(4);
	expect(weaveHintsOf(execution)).toEqual([]);
	const page = await fetch(String(output[0]?.traceUrl));
	expect(await page.json()).toEqual({ trace: [calls[0], ...within(calls[0]!)] });
});

test('each call of an agent to its model is a tree', async () => {
	const execution = await session.run(
		question('[[call: Calculator {"input": "6 * 7"}]]', [{ node: calculator(), as: 'ai_tool' }]),
	);
	expect(outputItems(execution, 'AI Agent')[0]?.json.output).toContain('42');
	await waitUntil(() => roots().length === 2);
	for (const root of roots()) {
		expect(originOf(root)).toMatchObject({ nodeName: modelName, executionId: execution.id });
		expect(namesOf(within(root))).toEqual(['chat_completion']);
	}
});

test('nothing is sent to Weave when it is off', async () => {
	const execution = await session.run(batch(['a'], tracedNode({ options: {} })));
	expect(execution.status).toBe('success');
	expect(outputItems(execution, nodeName)[0]?.json).not.toHaveProperty('traceUrl');
	expect(weaveRequests()).toEqual([]);
});

test.each<[string, Fault, RegExp]>([
	['401', { kind: 'status', status: 401 }, /^2 traces could not be sent.*HTTP 401.*API key/],
	['403', { kind: 'status', status: 403 }, /^2 traces could not be sent.*HTTP 403.*can write/],
	['413', { kind: 'status', status: 413 }, /^2 traces could not be sent.*HTTP 413.*Shorten/],
	['422', { kind: 'status', status: 422 }, /^2 traces could not be sent.*HTTP 422.*Update/],
	['away', { kind: 'reset', where: 'beforeHeaders' }, /'Weave URL'|still being sent/],
	['slow', { kind: 'stall', where: 'beforeHeaders' }, /^2 traces were still being sent/],
])('if Weave answers %s, one hint says so and the run is the same', async (_, fault, hint) => {
	session.simulator.fault({ path: 'weave', fault });
	const texts = ['[[answer: one]]', '[[answer: two]]'];
	const execution = await session.run(batch(texts, tracedNode()));
	expect(execution.status).toBe('success');
	expect(outputItems(execution, nodeName).map(({ json }) => json.output)).toEqual(['one', 'two']);
	expect(weaveHintsOf(execution)).toEqual([expect.stringMatching(hint)]);
	expect(JSON.stringify(execution.runData)).not.toContain('simulator-key');
});

test('the hint is in the output panel', async () => {
	session.simulator.fault({ path: 'weave', fault: { kind: 'status', status: 403 } });
	const saved = await session.importWorkflow(batch(['[[answer: one]]'], tracedNode()));
	await inEditor(async (editor) => {
		await editor.openWorkflow(saved.id);
		await editor.part('execute-workflow-button').first().click();
		await editor.canvasNode(nodeName).getByTestId('canvas-node-status-success').waitFor();
		await editor.openNode(nodeName);
		await editor.page.getByText('1 trace could not be sent to Weave: The service denied').waitFor();
	});
});

test('the key of a gateway is not sent to W&B', async () => {
	await saveCredential({ weaveUrl: 'https://trace.wandb.ai' });
	const execution = await session.run(batch(['[[answer: one]]'], tracedNode()));
	expect(outputItems(execution, nodeName)[0]?.json).toMatchObject({ output: 'one' });
	const hint = expect.stringMatching(/^No traces were sent to Weave: 'Base URL'/);
	expect(weaveHintsOf(execution)).toEqual([hint]);
	const agentRun = await session.run(question('[[answer: two]]'));
	expect(outputItems(agentRun, 'AI Agent')[0]?.json.output).toBe('two');
	expect(weaveHintsOf(agentRun, modelName)).toEqual([hint]);
	expect(weaveRequests()).toEqual([]);
});

test('an agent answers as usual if Weave refuses its traces', async () => {
	session.simulator.fault({ path: 'weave', fault: { kind: 'status', status: 401 } });
	const execution = await session.run(question('[[answer: two]]'));
	expect(outputItems(execution, 'AI Agent')[0]?.json.output).toBe('two');
	await waitUntil(() => weaveRequests().length === 1);
});

test('after Stop, finished items are written, and the others end with an exception', async () => {
	const slow = 'A long story [[tokens: 20000]]';
	const node = tracedNode({ throughput: { mode: 'fixed', maxConcurrency: 2 } });
	const texts = ['[[answer: one]]', '[[answer: two]]', slow, slow, slow];
	const executionId = await session.client.runWorkflow(
		await session.importWorkflow(batch(texts, node)),
	);
	const chats = () => session.simulator.requests.filter(({ path }) => path.endsWith('completions'));
	await waitUntil(() => chats().length === 4);
	await session.client.stopExecution(executionId);
	expect((await session.client.waitForExecution(executionId)).status).toBe('canceled');
	await waitUntil(() => roots().length === 4);
	const endings = inOrder().map(({ output, exception }) => exception ?? typeof output);
	const cancelled = 'The execution was cancelled';
	expect(endings).toEqual(['object', 'object', cancelled, cancelled]);
	expect(chats()).toHaveLength(4);
});

test('two runs at once write to a project each', async () => {
	const header = { name: 'OpenAI-Project', value: 'team/other' };
	const texts = Array.from({ length: 20 }, (_, row) => `[[answer: ${row}]]`);
	const other = tracedNode({ options: { ...options, extraHeaders: { values: [header] } } });
	const executions = await Promise.all([
		session.run(batch(texts, tracedNode())),
		session.run(batch(texts, other)),
	]);
	const projects = ['team/traces', 'team/other'];
	executions.forEach((execution, index) => {
		expect(execution.status).toBe('success');
		const own = roots().filter((call) => originOf(call).executionId === execution.id);
		expect(own).toHaveLength(20);
		expect(new Set(own.map(({ project_id: project }) => project))).toEqual(
			new Set([projects[index]]),
		);
	});
});
