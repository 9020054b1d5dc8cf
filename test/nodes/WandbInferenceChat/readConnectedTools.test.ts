import type { INodeParameters } from 'n8n-workflow';
import { runWithTools, toolOf, type FakeTool } from '../../support/connectedTool';
import { useSimulator } from '../../support/useSimulator';

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
