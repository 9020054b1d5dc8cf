import type { INodeExecutionData } from 'n8n-workflow';
import { chatParameters } from '../../tools/engine/createExecuteContext';
import { runChatNode } from '../support/chatNode';
import { useSimulator } from '../support/useSimulator';
import { features, modelOf } from './features';

const simulator = useSimulator();
const rowCount = 4;

/** What the verdict on a run without any fault is, after `change`. */
async function problemsAfter(
	feature: (typeof features)[keyof typeof features],
	change: (outcome: { items: INodeExecutionData[]; toolCounts: number[] }) => void,
): Promise<string[]> {
	simulator.reset();
	const toolCounts: number[] = [];
	const { parameters, options, ...more } = feature.run(simulator, toolCounts);
	const { items } = await runChatNode({
		baseUrl: simulator.baseUrl,
		items: Array.from({ length: rowCount }, (_, row) => feature.item(row)),
		parameters: chatParameters({
			model: { __rl: true, mode: 'id', value: modelOf(feature) },
			messages: { values: [{ role: 'user', content: '={{ $json.prompt }}' }] },
			...parameters,
			options: { reasoning: 'disabled', ...options },
		}),
		...more,
	});
	change({ items, toolCounts });
	const requests = items.map(() => feature.requestsBefore + 1);
	return feature.problems({ simulator, items, requests, toolCounts });
}

const everything = Object.values(features).map((feature) => [feature.name, feature] as const);

test.each(everything)('%s: a run without a fault has no problems', async (_, feature) => {
	expect(await problemsAfter(feature, () => undefined)).toEqual([]);
});

test.each([
	[
		'the items of two rows are swapped',
		({ items }: { items: INodeExecutionData[] }) => items.reverse(),
	],
	[
		'an item has no tool run',
		({ items }: { items: INodeExecutionData[] }) => delete items[1]?.json.toolRuns,
	],
])('tools and traces: the verdict notes that %s', async (_, change) => {
	expect(await problemsAfter(features.together, change)).not.toEqual([]);
});

test('the verdict notes that a tool ran twice', async () => {
	const problems = await problemsAfter(features.withTool, ({ toolCounts }) => (toolCounts[2] = 2));
	expect(problems).toEqual(['row 2: 2 tool runs']);
});

test.each([
	['a trace is missing', (calls: unknown[]) => calls.splice(0, 1)],
	['a call was sent twice', (calls: unknown[]) => calls.push(calls[0])],
])('the verdict notes that %s', async (_, change) => {
	const problems = await problemsAfter(features.tracing, () => {
		change(simulator.weaveCalls as unknown as unknown[]);
	});
	expect(problems).not.toEqual([]);
});

test('the verdict notes a wrong cost', async () => {
	const problems = await problemsAfter(features.withinBudget, ({ items: [item] }) => {
		Object.assign(item?.json.usage as object, { costUsd: 1 });
	});
	expect(problems).toHaveLength(1);
});

test('the verdict notes an image of another row', async () => {
	const problems = await problemsAfter(features.withImage, () => {
		const [first, second] = simulator.requests;
		if (first && second)
			first.body = JSON.parse(JSON.stringify(first.body).replace('row 0 ', 'row 1 '));
	});
	expect(problems).toHaveLength(1);
});
