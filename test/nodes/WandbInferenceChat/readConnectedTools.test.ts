import { NodeHelpers, type INodeParameters } from 'n8n-workflow';
import { runWithTools, toolOf, type FakeTool } from '../../support/connectedTool';
import { useSimulator } from '../../support/useSimulator';
import { WandbInferenceChat } from '../../../nodes/WandbInferenceChat/WandbInferenceChat.node';
import { createExecuteContext } from '../../../tools/engine/createExecuteContext';
import { createWorkflow } from '../../../tools/engine/createWorkflow';

const simulator = useSimulator();

const weather = toolOf('weather', async ({ city }) => `sunny in ${String(city)}`);

const run = async (connectedTools: unknown, changes: INodeParameters = {}) =>
	await runWithTools(simulator, '[[call: weather {"city": "Oslo"}]]', connectedTools, changes);

test.each([
	['a toolkit', { tools: [weather] }],
	['a toolkit with a method', { getTools: () => [weather] }],
	['a tool with an older interface', { ...weather, invoke: undefined, call: weather.invoke }],
])('%s can be connected', async (_, supplied) => {
	expect((await run(supplied)).json.toolRuns).toHaveLength(1);
});

test('tools can be connected for chat only', () => {
	const node = new WandbInferenceChat();
	const inputsFor = (parameters: INodeParameters) => {
		const saved = { ...createExecuteContext({ baseUrl: '' }).getNode(), parameters };
		return NodeHelpers.getNodeInputs(createWorkflow(saved, node), saved, node.description);
	};
	const main = { type: 'main' };
	expect(inputsFor({})).toEqual([main, { type: 'ai_tool', displayName: 'Tools' }]);
	expect(inputsFor({ resource: 'model' })).toEqual(['main']);
});

test('an error that a tool of n8n returns as its result is an error', async () => {
	const failing = toolOf('weather', async () => 'There was an error: "No such city"');
	const { json } = await run(failing);
	expect(json.toolRuns).toMatchObject([{ name: 'weather', error: 'No such city' }]);
});

test('connected tools are never ignored where n8n does not see them', async () => {
	const context = createExecuteContext({ baseUrl: simulator.baseUrl });
	jest
		.spyOn(context, 'getInputConnectionData')
		.mockRejectedValue(new Error('Node does not have input of type'));
	const connected = { name: 'Weather', type: 'tool', typeVersion: 1, disabled: false };
	const parents = jest.spyOn(context, 'getParentNodes').mockReturnValue([connected]);
	const node = new WandbInferenceChat();
	await expect(node.execute.call(context)).rejects.toThrow('Tools are connected, but');
	expect(simulator.requests).toHaveLength(0);
	parents.mockReturnValue([{ ...connected, disabled: true }]);
	await expect(node.execute.call(context)).resolves.toMatchObject([[{ json: {} }]]);
});

test.each<[string, unknown, INodeParameters, string]>([
	[
		'two tools of one name',
		[weather, weather],
		{},
		"Several connected tools have the name 'weather'",
	],
	[
		'a tool that needs an approval',
		[{ ...weather, metadata: { gatedToolNodeName: 'Weather' } } as FakeTool],
		{},
		"The connected tool 'weather' requires an approval, which only an AI Agent can wait for",
	],
	['a tool that cannot be run', [{ name: 'weather' }], {}, "'weather' cannot be run"],
	[
		'a schema of a foreign zod',
		[{ ...weather, schema: { _def: {} } }],
		{},
		"The parameters of the connected tool 'weather' cannot be read",
	],
	[
		'a field with the name of a connected tool',
		[weather],
		{ tools: { values: [{ name: 'weather' }] } },
		"'Tools' contains 'weather'",
	],
	['several choices', [weather], { options: { n: 2 } }, "'Number of Choices' is more than one"],
])('%s is refused before anything is sent', async (_, tools, changes, message) => {
	await expect(run(tools, changes)).rejects.toThrow(message);
	expect(simulator.requests).toHaveLength(0);
});
