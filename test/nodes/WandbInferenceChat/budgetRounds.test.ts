import type { INodeParameters, JsonObject } from 'n8n-workflow';
import { runWithTools, toolOf, type FakeTool } from '../../support/connectedTool';
import { scriptRounds, type ScriptedRound } from '../../support/scriptRounds';
import { useSimulator } from '../../support/useSimulator';
import { waitUntil } from '../../support/waitUntil';

const simulator = useSimulator({ latency: { kind: 'constant', ms: 2 } });

const usageOf = (prompt: number, answer: number) => ({
	prompt_tokens: prompt,
	completion_tokens: answer,
	total_tokens: prompt + answer,
});
const call: [string, string] = ['weather', '{}'];
const weather = toolOf('weather', async () => 'sunny');
/** Together 150 + 250 tokens, of which the answer of each round has 50. */
const rounds: ScriptedRound[] = [
	{ content: 'Let me look.', calls: [call], usage: usageOf(100, 50) },
	{ content: 'Sunny', usage: usageOf(200, 50) },
];

interface Outcome {
	output?: string;
	usage?: { totalTokens: number };
	error?: string;
	details?: { kind: string; attempts: number } & JsonObject;
}

async function run(
	parameters: INodeParameters,
	itemCount: number,
	script = rounds,
	tool: FakeTool = weather,
) {
	scriptRounds(simulator, script);
	const { all } = await runWithTools(simulator, 'Hello', [tool], parameters, {
		items: Array.from({ length: itemCount }, () => ({})),
		credential: { weaveUrl: simulator.weaveUrl },
		onError: 'continueRegularOutput',
	});
	const items = all.map(({ json }) => json as Outcome);
	return {
		items,
		answered: items.filter(({ output }) => output !== undefined),
		unfinished: items.filter(({ details }) => (details?.attempts ?? 0) > 0),
		sent: simulator.requests.filter(({ path }) => path.includes('/chat/')).length,
	};
}

/** What the service was asked for, at the usage above. */
const usedBy = (sent: { answered: unknown[]; unfinished: unknown[] }) =>
	400 * sent.answered.length + 150 * sent.unfinished.length;

describe('a budget for 50 of 150 items with two requests each', () => {
	const fixed64 = { throughput: { mode: 'fixed', maxConcurrency: 64 } };
	test.each<[string, INodeParameters]>([
		['in tokens', { budget: { maxTokens: 20_000 } }],
		['in tokens, with 64 at once', { budget: { maxTokens: 20_000 }, ...fixed64 }],
		[
			'with a maximum that answers stay below',
			{ budget: { maxTokens: 20_000 }, options: { maxTokens: 80 }, ...fixed64 },
		],
		// 300 at 0.03 and 100 at 0.13 USD a million
		['in USD, with 64 at once', { budget: { maxCost: 0.0011 }, ...fixed64 }],
	])(
		'%s is used by items that are finished',
		async (_, parameters) => {
			const outcome = await run(parameters, 150);
			expect(usedBy(outcome)).toBeLessThanOrEqual(20_000);
			expect(outcome.answered.length).toBeGreaterThanOrEqual(48);
			expect(outcome.unfinished.length).toBeLessThanOrEqual(2);
			expect(outcome.sent).toBe(2 * outcome.answered.length + outcome.unfinished.length);
			for (const { details } of outcome.items) if (details) expect(details.kind).toBe('budget');
		},
		30_000,
	);
});

test('a small budget is not used up by items that all start and none of which ends', async () => {
	const fixed = { throughput: { mode: 'fixed', maxConcurrency: 64 } };
	const outcome = await run({ budget: { maxTokens: 2000 }, ...fixed }, 20);
	// Room for five, of which the last cannot be sure that its second prompt is short enough.
	expect(outcome.answered.length).toBeGreaterThanOrEqual(4);
	expect(outcome.unfinished.length).toBeLessThanOrEqual(2);
	expect(usedBy(outcome)).toBeLessThanOrEqual(2000);
});

test('an item without room for its next request keeps what was paid and run', async () => {
	const { items, sent } = await run({ budget: { maxTokens: 390 } }, 1);
	expect(sent).toBe(1);
	expect(items[0]?.error).toBe(
		'The budget of this run leaves no room for another request of this item (150 of 390 tokens used)',
	);
	expect(items[0]?.details).toMatchObject({
		kind: 'budget',
		advice: expect.stringMatching(/^'usage' shows what it has used. Increase 'Budget'/),
		attempts: 1,
		output: 'Let me look.',
		usage: { totalTokens: 150 },
		toolRuns: [{ name: 'weather', result: 'sunny' }],
	});
});

test('a long result of a tool counts before it is sent', async () => {
	const long = toolOf('weather', async () => 'x'.repeat(1_000_000));
	const { items, sent } = await run({ budget: { maxTokens: 100_000 } }, 1, rounds, long);
	expect(sent).toBe(1);
	expect(items[0]?.details).toMatchObject({ kind: 'budget', usage: { totalTokens: 150 } });
});

test('until the first item has ended, no other starts', async () => {
	let endTool = () => {};
	let started = 0;
	const slow = toolOf('weather', async () => {
		started += 1;
		await new Promise<void>((resolve) => (endTool = resolve));
		return 'sunny';
	});
	const fast = toolOf('weather', async (args) => {
		return started === 0 ? await slow.invoke(args) : 'sunny';
	});
	const running = run({ budget: { maxTokens: 1_000_000 } }, 3, rounds, fast);
	await waitUntil(() => started === 1);
	expect(simulator.requests).toHaveLength(1);
	endTool();
	expect((await running).answered).toHaveLength(3);
});
