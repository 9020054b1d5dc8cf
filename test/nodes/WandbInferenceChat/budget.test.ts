import { sleep, type INodeParameters, type JsonObject } from 'n8n-workflow';
import { chatParameters, type NodeRun } from '../../../tools/engine/createExecuteContext';
import { runChatNode } from '../../support/chatNode';
import { useSimulator } from '../../support/useSimulator';

const simulator = useSimulator({ latency: { kind: 'constant', ms: 2 } });

const itemCount = 1000;
const usage = { prompt_tokens: 100, completion_tokens: 50, total_tokens: 150 };
const costOfItem = 0.0000095;

async function run(parameters: INodeParameters, changes: Partial<NodeRun> = {}) {
	const choices = [
		{ index: 0, message: { role: 'assistant', content: 'Hi' }, finish_reason: 'stop' },
	];
	simulator.fault({
		fault: {
			kind: 'body',
			contentType: 'application/json',
			body: JSON.stringify({ choices, usage }),
		},
	});
	const { items, hints } = await runChatNode({
		baseUrl: simulator.baseUrl,
		credential: { weaveUrl: simulator.weaveUrl },
		items: Array.from({ length: itemCount }, () => ({})),
		parameters: chatParameters(parameters),
		onError: 'continueRegularOutput',
		...changes,
	});
	const sent = simulator.requests.filter(({ path }) => path.includes('chat')).length;
	const answered = items.filter(({ json }) => 'output' in json);
	const refused = items.filter(
		({ json }) => (json.details as JsonObject | undefined)?.kind === 'budget',
	);
	return { items, hints, sent, answered, refused };
}

const fixed64 = { throughput: { mode: 'fixed', maxConcurrency: 64 } };

describe('a budget for 500 of 1,000 items', () => {
	test.each<[string, INodeParameters]>([
		['in tokens', { budget: { maxTokens: 500 * 150 } }],
		['in tokens, with 64 at once', { budget: { maxTokens: 500 * 150 }, ...fixed64 }],
		['in USD, with 64 at once', { budget: { maxCost: 500 * costOfItem }, ...fixed64 }],
		[
			'with a maximum that answers stay below',
			{ budget: { maxTokens: 500 * 150 }, options: { maxTokens: 120 }, ...fixed64 },
		],
	])(
		'%s sends 490 to 500 of them',
		async (_, parameters) => {
			const { sent, answered, refused } = await run(parameters);
			expect(sent).toBeGreaterThanOrEqual(490);
			expect(sent).toBeLessThanOrEqual(500);
			expect(answered).toHaveLength(sent);
			expect(refused).toHaveLength(itemCount - sent);
		},
		30_000,
	);
});

test('an item without room fails with what is used, and nothing is sent for it', async () => {
	const { items, hints, sent } = await run(
		{ budget: { maxTokens: 200, maxCost: 1 } },
		{ items: [{}, {}, {}] },
	);
	expect(sent).toBe(1);
	expect(items[1]?.json).toEqual({
		error:
			'The budget of this run leaves no room for this item ($0.0000095 of $1, 150 of 200 tokens used)',
		details: { kind: 'budget', advice: expect.stringContaining("Increase 'Budget'"), attempts: 0 },
	});
	expect(hints[0]?.message).toBe(
		"2 items were not sent or not finished because the budget of the run had no room for them (kind is 'budget').",
	);
});

test('with Stop, the run ends with the budget', async () => {
	const running = run({ budget: { maxTokens: 200 } }, { onError: undefined, items: [{}, {}] });
	await expect(running).rejects.toThrow(/leaves no room for this item/);
});

test('Stop ends the waiting for room', async () => {
	simulator.fault({ fault: { kind: 'stall', where: 'beforeHeaders' } });
	const stop = new AbortController();
	const running = runChatNode({
		baseUrl: simulator.baseUrl,
		items: [{}, {}],
		parameters: chatParameters({ budget: { maxTokens: 200 } }),
		signal: stop.signal,
	});
	void sleep(20).then(() => stop.abort());
	await expect(running).rejects.toThrow('cancelled');
});

test('a budget in USD is refused before any request if a price is not known', async () => {
	for (const parameters of [
		{ model: { __rl: true, mode: 'id', value: 'openai/unknown' } },
		{ options: { fallbackModels: ['openai/unknown'] } },
	]) {
		const { items, sent } = await run({ budget: { maxCost: 1 }, ...parameters }, { items: [{}] });
		expect(sent).toBe(0);
		expect(items[0]?.json).toMatchObject({
			error: expect.stringMatching(/price of the model 'openai\/unknown' is not known/),
			details: { kind: 'parameter', advice: expect.stringContaining("'Max Tokens'") },
		});
	}
});

test.each([
	[{ maxCost: -1 }, /'Max Cost \(USD\)' is below zero/],
	[{ maxTokens: 'many' }, /'Max Tokens' is not a number/],
])('the budget %j is refused', async (budget, message) => {
	const { items, sent } = await run({ budget }, { items: [{}] });
	expect(sent).toBe(0);
	expect(items[0]?.json.error).toMatch(message);
});
