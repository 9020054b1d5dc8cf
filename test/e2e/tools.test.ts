import { outputItems, type Execution } from '../../tools/n8n/executions';
import type { WorkflowNode } from '../../tools/n8n/workflowFile';
import { openN8nSession, type N8nSession } from './support/openN8nSession';
import { startCityServer, type CityServer } from './support/startCityServer';
import { startMcpServer, type McpServer } from './support/startMcpServer';
import {
	approval,
	calledWithCity,
	chatWithTools,
	codeTool,
	httpTool,
	loggedRuns,
	mcpTools,
	workflowTool,
} from './support/toolNodes';
import {
	agent,
	calculator,
	chatModel,
	chatNode,
	items,
	manualTrigger,
	node,
	workflowOf,
} from './support/workflows';

const nodeName = 'W&B Inference Chat';
let session: N8nSession;
let cities: CityServer;
let mcp: McpServer;

beforeAll(async () => {
	cities = await startCityServer();
	mcp = await startMcpServer();
	session = await openN8nSession();
});
beforeEach(() => session.simulator.reset());
afterAll(async () => {
	cities.close();
	mcp.close();
	await session.close();
});

async function run(content: string, tools: WorkflowNode[]): Promise<Execution> {
	const execution = await session.run(chatWithTools(content, tools));
	expect(execution.error?.message).toBeUndefined();
	return execution;
}

const answerOf = (execution: Execution) => outputItems(execution, nodeName)[0]?.json;
const bodyOf = (index: number) =>
	session.simulator.requests[index]?.body as { tools: object[]; messages: object[] };

test('a calculator is run, and its run is in the log', async () => {
	const execution = await run('[[call: Calculator {"input": "6 * 7"}]]', [calculator()]);
	expect(answerOf(execution)).toMatchObject({
		output: expect.stringContaining('42'),
		toolRuns: [{ name: 'Calculator', arguments: { input: '6 * 7' }, result: '42' }],
	});
	expect(loggedRuns(execution, 'Calculator')).toEqual([
		{ status: 'success', input: { query: '6 * 7' }, output: { response: '42' } },
	]);
});

test('code and HTTP tools of one round are both run and logged', async () => {
	const execution = await run(
		'[[call: Reverse {"input": "abc"}]] [[call: City {"city": "Oslo"}]]',
		[
			codeTool('Reverse', 'return query.split("").reverse().join("")'),
			httpTool('City', cities.addressOf('city')),
		],
	);
	expect(answerOf(execution)?.toolRuns).toMatchObject([
		{ name: 'Reverse', result: 'cba' },
		{ name: 'City', result: expect.stringContaining('700000') },
	]);
	expect(loggedRuns(execution, 'Reverse')).toEqual([
		{ status: 'success', input: { query: 'abc' }, output: { response: 'cba' } },
	]);
	const found = { city: 'Oslo', people: 700_000 };
	expect(loggedRuns(execution, 'City')).toEqual([
		{ status: 'success', input: { city: 'Oslo' }, output: { response: [found] } },
	]);
});

test('the tools of an MCP server are offered and run over one connection', async () => {
	const execution = await run(
		'[[call: Cities_population {"city": "Oslo"}]] [[call: Cities_population {"city": "Bergen"}]]',
		[mcpTools('Cities', mcp.url)],
	);
	expect(bodyOf(0).tools[0]).toMatchObject({
		function: {
			name: 'Cities_population',
			description: 'Counts the people of a city',
			parameters: {
				type: 'object',
				properties: { city: { type: 'string', description: 'The name of a city' } },
				required: ['city'],
			},
		},
	});
	expect(bodyOf(1).messages.slice(-2)).toMatchObject([
		{ role: 'tool', content: 'Oslo has 700000 people' },
		{ role: 'tool', content: 'Bergen has 700000 people' },
	]);
	expect(mcp.methods.filter((method) => method === 'initialize')).toHaveLength(1);
	expect(loggedRuns(execution, 'Cities').map(({ input }) => input)).toMatchObject([
		{ query: { city: 'Oslo' } },
		{ query: { city: 'Bergen' } },
	]);
});

/** Publishes a workflow that a tool can run; n8n refuses others. */
async function publishCalled(): Promise<string> {
	const jsCode = 'if ($json.city === "Bergen") throw new Error("Closed"); return [{ json: $json }]';
	const answer = node('Answer', 'n8n-nodes-base.code', 2, { jsCode });
	const chain = [calledWithCity(), answer];
	return (await session.publishWorkflow(workflowOf('Called', chain))).id;
}

test('another workflow is run, and its failure is told to the model', async () => {
	const execution = await run(
		'[[call: Find_city {"city": "Oslo"}]] [[call: Find_city {"city": "Bergen"}]]',
		[workflowTool('Find city', await publishCalled())],
	);
	expect(answerOf(execution)).toMatchObject({
		finishReason: 'stop',
		toolRuns: [
			{ name: 'Find_city', result: expect.stringContaining('"city": "Oslo"') },
			{ name: 'Find_city', error: expect.stringContaining('Closed') },
		],
	});
	expect(loggedRuns(execution, 'Find city')).toMatchObject([
		{ input: { query: { city: 'Oslo' } }, output: { city: 'Oslo' } },
		{ input: { query: { city: 'Bergen' } }, output: { error: expect.stringContaining('Closed') } },
	]);
});

test('tools that throw do not end the item', async () => {
	const execution = await run(
		'[[call: City {"city": "Oslo"}]] [[call: Fail {"input": "x"}]] [[call: Cities_closed {"city": "Oslo"}]]',
		[
			httpTool('City', cities.addressOf('none')),
			codeTool('Fail', 'throw new Error("Out of order")'),
			mcpTools('Cities', mcp.url),
		],
	);
	expect(answerOf(execution)).toMatchObject({
		finishReason: 'stop',
		toolRuns: [
			{ name: 'City', error: expect.stringMatching(/./) },
			{ name: 'Fail', error: expect.stringMatching(/^Out of order/) },
			// n8n returns the error of an MCP server as if it were a result.
			{ name: 'Cities_closed', result: 'The office is closed' },
		],
	});
	expect(bodyOf(1).messages.at(-2)).toMatchObject({
		content: expect.stringMatching(/^Error: Out of order/),
	});
	for (const name of ['City', 'Fail']) {
		expect(loggedRuns(execution, name)).toMatchObject([{ status: 'error' }]);
	}
});

test('a tool that requires an approval is refused before anything is sent', async () => {
	const step = approval('Ask');
	const tool = calculator();
	const chain = [manualTrigger(), items([{}]), chatNode('[[call: Calculator {"input": "6 * 7"}]]')];
	const execution = await session.run(
		workflowOf('Approval', chain, {
			attached: [
				{ node: step, as: 'ai_tool' },
				{ node: tool, as: 'ai_tool', to: step },
			],
		}),
	);
	expect(execution.error).toMatchObject({
		message:
			"The connected tool 'Calculator' requires an approval, which only an AI Agent can wait for",
		description: expect.stringContaining('use an AI Agent'),
	});
	expect(session.simulator.requests).toEqual([]);
});

test('an MCP server that cannot be reached is named before anything is sent', async () => {
	const away = mcpTools('Cities', cities.addressOf('none'));
	const execution = await session.run(chatWithTools('Hello', [away]));
	expect(execution.error?.message).toContain('Cities');
	expect(session.simulator.requests).toEqual([]);
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
