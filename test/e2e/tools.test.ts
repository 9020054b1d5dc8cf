/* eslint-disable @n8n/community-nodes/no-restricted-imports -- not shipped: runs outside n8n */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { outputItems, type Execution } from '../../tools/n8n/executions';
import type { WorkflowNode } from '../../tools/n8n/workflowFile';
import { waitUntil } from '../support/waitUntil';
import { openN8nSession, type N8nSession } from './support/openN8nSession';
import { codeTool, httpTool } from './support/toolNodes';
import {
	agent,
	calculator,
	chatModel,
	chatNode,
	items,
	manualTrigger,
	workflowOf,
} from './support/workflows';

const nodeName = 'W&B Inference Chat';
let session: N8nSession;

/** Answers `/city/Oslo`, never answers `/never/...`, and knows nothing else. */
let requested: string[] = [];
const server = createServer(({ url = '' }, response) => {
	requested.push(url);
	if (url.startsWith('/never/')) return;
	response.writeHead(url.startsWith('/city/') ? 200 : 404, { 'content-type': 'application/json' });
	response.end(JSON.stringify({ city: url.split('/').at(-1), people: 700_000 }));
});
const addressOf = (path: string) =>
	`http://127.0.0.1:${(server.address() as AddressInfo).port}/${path}`;

beforeAll(async () => {
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	session = await openN8nSession({ concurrencyLimit: 10, tokensPerSecond: 2000 });
});
beforeEach(() => {
	session.simulator.reset();
	requested = [];
});
afterAll(async () => {
	server.closeAllConnections();
	server.close();
	await session.close();
});

function workflow(content: string, tools: WorkflowNode[], rows: object[] = [{}]) {
	const chain = [manualTrigger(), items(rows as Array<Record<string, unknown>>), chatNode(content)];
	return workflowOf('Tools', chain, {
		attached: tools.map((tool) => ({ node: tool, as: 'ai_tool' as const })),
	});
}

async function run(content: string, tools: WorkflowNode[], rows?: object[]): Promise<Execution> {
	const execution = await session.run(workflow(content, tools, rows));
	expect(execution.error?.message).toBeUndefined();
	return execution;
}

const answerOf = (execution: Execution) => outputItems(execution, nodeName)[0]?.json;

test('a calculator is run, and its run is in the log', async () => {
	const execution = await run('[[call: Calculator {"input": "6 * 7"}]]', [calculator()]);
	expect(answerOf(execution)).toMatchObject({
		output: expect.stringContaining('42'),
		toolRuns: [{ name: 'Calculator', arguments: { input: '6 * 7' }, result: '42' }],
	});
	expect(execution.runData.Calculator).toHaveLength(1);
});

test('code and HTTP tools of one round are both run and logged', async () => {
	const execution = await run(
		'[[call: Reverse {"input": "abc"}]] [[call: City {"city": "Oslo"}]]',
		[
			codeTool('Reverse', 'return query.split("").reverse().join("")'),
			httpTool('City', addressOf('city')),
		],
	);
	expect(answerOf(execution)?.toolRuns).toMatchObject([
		{ name: 'Reverse', result: 'cba' },
		{ name: 'City', result: expect.stringContaining('700000') },
	]);
	expect(execution.runData.Reverse).toHaveLength(1);
	expect(execution.runData.City).toHaveLength(1);
});

test('a tool that throws does not end the item', async () => {
	const execution = await run('[[call: City {"city": "Oslo"}]]', [
		httpTool('City', addressOf('none')),
	]);
	expect(answerOf(execution)).toMatchObject({
		finishReason: 'stop',
		toolRuns: [{ name: 'City', error: expect.stringMatching(/./) }],
	});
});

test('Stop ends a run whose tool never answers', async () => {
	const saved = await session.importWorkflow(
		workflow('[[call: City {"city": "Oslo"}]]', [httpTool('City', addressOf('never'))]),
	);
	const executionId = await session.client.runWorkflow(saved);
	await waitUntil(() => requested.length === 1);
	const startedAtMs = performance.now();
	await session.client.stopExecution(executionId);
	const execution = await session.client.waitForExecution(executionId);
	expect(performance.now() - startedAtMs).toBeLessThan(2000);
	expect(execution.status).toBe('canceled');
	expect(session.simulator.requests).toHaveLength(1);
});

test('200 items of two rounds at a limit of ten are all answered', async () => {
	const rows = Array.from({ length: 200 }, (_, row) => ({ row }));
	const execution = await run(
		'=[[call: City {"city": "city-{{ $json.row }}"}]]',
		[httpTool('City', addressOf('city'))],
		rows,
	);
	const output = outputItems(execution, nodeName);
	expect(output).toHaveLength(200);
	output.forEach(({ json, pairedItem }, row) => {
		expect(pairedItem).toEqual({ item: row });
		expect(json.toolRuns).toMatchObject([{ result: expect.stringContaining(`"city-${row}"`) }]);
	});
	expect(execution.runData.City).toHaveLength(200);
});

test('the node itself still works as the tool of an agent', async () => {
	const tool = { ...chatNode('[[answer: A second opinion]]'), name: 'Second opinion' };
	tool.type += 'Tool';
	const chatInput = '[[call: Second_opinion {}]]';
	const execution = await session.run(
		workflowOf('Agent', [manualTrigger(), items([{ chatInput }]), agent()], {
			attached: [
				{ node: chatModel(), as: 'ai_languageModel' },
				{ node: tool, as: 'ai_tool' },
			],
		}),
	);
	expect(outputItems(execution, 'AI Agent')[0]?.json.output).toContain('A second opinion');
});
