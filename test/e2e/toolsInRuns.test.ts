import { randomUUID } from 'node:crypto';
import { outputItems } from '../../tools/n8n/executions';
import { waitUntil } from '../support/waitUntil';
import { openN8nSession, type N8nSession } from './support/openN8nSession';
import { postAndWatch, textOf } from './support/postAndWatch';
import { scriptCalls } from './support/scriptCalls';
import { startCityServer, type CityServer } from './support/startCityServer';
import { suiteAddress } from './support/suite';
import { chatWithTools, httpTool, loggedRuns } from './support/toolNodes';
import { calculator, chatNode, hostedChat, node, workflowOf } from './support/workflows';

const nodeName = 'W&B Inference Chat';
const callCity = '[[call: City {"city": "Oslo"}]]';
let session: N8nSession;
let cities: CityServer;

beforeAll(async () => {
	cities = await startCityServer();
	session = await openN8nSession({ concurrencyLimit: 10, tokensPerSecond: 2000 });
});
beforeEach(() => {
	session.simulator.reset();
	cities.requested.length = 0;
});
afterAll(async () => {
	cities.close();
	await session.close();
});

const cityTool = (path = 'city') => httpTool('City', cities.addressOf(path));

test('200 items of two rounds at a limit of ten are all answered', async () => {
	const rows = Array.from({ length: 200 }, (_, row) => ({ row }));
	const content = '=[[call: City {"city": "city-{{ $json.row }}"}]]';
	const execution = await session.run(chatWithTools(content, [cityTool()], { rows }));
	const output = outputItems(execution, nodeName);
	expect(output).toHaveLength(200);
	output.forEach(({ json, pairedItem }, row) => {
		expect(pairedItem).toEqual({ item: row });
		expect(json.toolRuns).toMatchObject([{ result: expect.stringContaining(`"city-${row}"`) }]);
	});
	const runs = loggedRuns(execution, 'City');
	for (const { status, input, output: answer } of runs) {
		expect(status).toBe('success');
		expect(answer).toEqual({ response: [{ ...(input as object), people: 700_000 }] });
	}
	const named = runs.map(({ input }) => (input as { city: string }).city);
	expect(new Set(named)).toEqual(new Set(rows.map(({ row }) => `city-${row}`)));
});

test('a model that calls tools forever fails the item with what it used', async () => {
	scriptCalls(session.simulator, { name: 'Calculator', args: { input: '6 * 7' } });
	const execution = await session.run(
		chatWithTools('Hello', [calculator()], {
			parameters: { maxToolRounds: 3 },
			fields: { onError: 'continueRegularOutput' },
		}),
	);
	const details = {
		kind: 'toolRounds',
		attempts: 4,
		usage: { promptTokens: 40, completionTokens: 20, totalTokens: 60 },
		toolRuns: Array.from({ length: 3 }, () => ({ name: 'Calculator', result: '42' })),
	};
	expect(outputItems(execution, nodeName)).toMatchObject([
		{ json: { error: 'The model still calls tools after 3 rounds of them', details } },
	]);
	expect(loggedRuns(execution, 'Calculator')).toHaveLength(3);
});

test('Stop ends a run whose tool never answers', async () => {
	const saved = await session.importWorkflow(chatWithTools(callCity, [cityTool('never')]));
	const executionId = await session.client.runWorkflow(saved);
	await waitUntil(() => cities.requested.length === 1);
	await session.client.stopExecution(executionId);
	const execution = await session.client.waitForExecution(executionId);
	expect(execution.status).toBe('canceled');
	expect(session.simulator.requests).toHaveLength(1);
});

test('a chat gets the text of each round as it is written, with a blank line between', async () => {
	scriptCalls(session.simulator, {
		name: 'City',
		args: { city: 'Oslo' },
		content: 'I look it up.',
		times: 1,
	});
	const webhookId = randomUUID();
	const chain = [hostedChat('streaming', webhookId), chatNode('={{ $json.chatInput }}')];
	const attached = [{ node: cityTool('held'), as: 'ai_tool' as const }];
	await session.publishWorkflow(workflowOf('Chat with tools', chain, { attached }));
	const message = { action: 'sendMessage', sessionId: randomUUID(), chatInput: 'How big is Oslo?' };
	const url = `${suiteAddress().n8nUrl}/webhook/${webhookId}/chat`;
	const arrivals = await postAndWatch(url, message, ({ content }) => {
		// The tool waits for the text, so the text cannot wait for the tool.
		if (content.includes('look it up')) void waitUntil(isHeld).then(() => cities.release());
	});
	expect(textOf(arrivals)).toMatch(/^I look it up\.\n\nThe tool says: .*700000/);
});

const isHeld = () => cities.requested.length === 1;

test('tools are run in workflows whose binary mode is combined', async () => {
	const settings = { binaryMode: 'combined' };
	const execution = await session.run(chatWithTools(callCity, [cityTool()], { settings }));
	expect(outputItems(execution, nodeName)).toMatchObject([
		{ json: { toolRuns: [{ name: 'City', result: expect.stringContaining('700000') }] } },
	]);
});

describe('a tool whose fields differ between items', () => {
	const rows = [{ row: 1 }, { row: 2 }];
	const rowTool = () => httpTool('City', `${cities.addressOf('city')}/{{ $json.row }}`);

	test('is refused before anything is sent', async () => {
		const execution = await session.run(chatWithTools(callCity, [rowTool()], { rows }));
		expect(execution.error).toMatchObject({
			message: expect.stringContaining("The connected tool 'City' has expressions"),
			description: expect.stringContaining('Loop Over Items'),
		});
		expect(session.simulator.requests).toEqual([]);
	});

	test('runs with the values of each item in a loop', async () => {
		const loop = node('Loop', 'n8n-nodes-base.splitInBatches', 3, { options: {} });
		const { nodes, connections, ...workflow } = chatWithTools(callCity, [rowTool()], { rows });
		const to = (name: string) => [{ node: name, type: 'main', index: 0 }];
		const execution = await session.run({
			...workflow,
			nodes: [...nodes, loop],
			connections: {
				...connections,
				Items: { main: [to('Loop')] },
				Loop: { main: [[], to(nodeName)] },
				[nodeName]: { main: [to('Loop')] },
			},
		});
		expect(execution.status).toBe('success');
		expect(cities.requested).toEqual(['/city/1/Oslo', '/city/2/Oslo']);
	});
});
