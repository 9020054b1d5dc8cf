import type { INodeParameters, JsonObject } from 'n8n-workflow';
import type { NodeRun } from '../../../tools/engine/createExecuteContext';
import { glm } from '../../support/chatNode';
import { runWithTools, toolOf } from '../../support/connectedTool';
import { scriptRounds, type ScriptedRound } from '../../support/scriptRounds';
import { useSimulator } from '../../support/useSimulator';
import { waitUntil } from '../../support/waitUntil';

const simulator = useSimulator();

const weather = toolOf('weather', async ({ city }) => `sunny in ${String(city)}`);
const clock = toolOf('clock', async () => 'noon');
const oslo: [string, string] = ['weather', '{"city":"Oslo"}'];
const rome: [string, string] = ['weather', '{"city":"Rome"}'];

async function run(
	rounds: ScriptedRound[],
	changes: INodeParameters = {},
	more: Partial<NodeRun> = {},
) {
	scriptRounds(simulator, rounds);
	return (await runWithTools(simulator, 'Hello', [weather, clock], changes, more)).json;
}

const chats = () => simulator.requests.filter(({ path }) => path.includes('/chat/'));
const bodyOf = (index: number) => chats()[index]?.body as JsonObject;
const messagesOf = (index: number) => bodyOf(index).messages as JsonObject[];
const continues = { onError: 'continueRegularOutput' } as const;

describe('streamed equals not streamed', () => {
	const usage = { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15 };
	test.each<[string, ScriptedRound[]]>([
		[
			'with reasoning',
			[
				{ reasoning: 'hm', calls: [oslo], usage },
				{ content: 'Sunny', usage },
			],
		],
		['with two calls in one round', [{ calls: [oslo, ['clock', '']] }, { content: 'Sunny' }]],
		[
			'over several rounds with reasoning, text, and several calls',
			[
				{ reasoning: 'first Oslo', content: 'Let me look.', calls: [oslo], usage },
				{ reasoning: 'then Rome', calls: [rome, ['clock', '{}']], usage },
				{ calls: [['wether', 'Oslo']], usage },
				{ reasoning: 'done', content: 'Sunny', usage },
			],
		],
	])('%s', async (_, rounds) => {
		const streamed = await run(rounds);
		const withoutStream = (body: unknown) => ({
			...(body as JsonObject),
			stream: undefined,
			stream_options: undefined,
		});
		const bodies = chats().map(({ body }) => withoutStream(body));
		simulator.reset();
		expect(await run(rounds, { options: { stream: false } })).toEqual(streamed);
		expect(chats().map(({ body }) => withoutStream(body))).toEqual(bodies);
		expect(bodies).toHaveLength(rounds.length);
	});
});

describe('a live chat', () => {
	async function textShown(rounds: ScriptedRound[]): Promise<string> {
		const texts: string[] = [];
		await run(rounds, {}, { onChunk: ({ content }) => texts.push(content ?? '') });
		return texts.join('');
	}

	test('has a blank line between the texts of two rounds', async () => {
		const rounds = [
			{ content: 'Let me look.', calls: [oslo] },
			{ content: 'And there.', calls: [rome] },
			{ content: 'Sunny in both.' },
		];
		expect(await textShown(rounds)).toBe('Let me look.\n\nAnd there.\n\nSunny in both.');
	});

	test('has none before the first text or for a round without text', async () => {
		const silent = [{ calls: [oslo] }, { content: 'Sunny.' }];
		expect(await textShown(silent)).toBe('Sunny.');
		simulator.reset();
		const between = [{ content: 'One.', calls: [oslo] }, { calls: [rome] }, { content: 'Two.' }];
		expect(await textShown(between)).toBe('One.\n\nTwo.');
	});
});

describe('usage.costUsd', () => {
	const credential = () => ({ weaveUrl: simulator.weaveUrl });
	const usage = { prompt_tokens: 1000, completion_tokens: 100, total_tokens: 1100 };
	const rounds = [
		{ calls: [oslo], usage },
		{ calls: [rome], usage },
		{ content: 'Sunny', usage },
	];
	const isCatalog = ({ path, outcome }: { path: string; outcome?: string }) =>
		path.includes('catalog') && outcome === 'answered';

	beforeAll(async () => {
		simulator.reset();
		await run([{ content: 'Hi' }], {}, { credential: credential() });
		await waitUntil(() => simulator.requests.some(isCatalog));
	});

	test('is the sum of all rounds', async () => {
		const json = await run(rounds, {}, { credential: credential() });
		// Three times 1000 at 0.03 and 100 at 0.13 USD a million
		expect(json.usage).toMatchObject({ promptTokens: 3000, costUsd: 0.000129 });
	});

	test('counts each round at the price of the model that answered it', async () => {
		simulator.fault({
			when: {
				model: 'openai/gpt-oss-20b',
				matches: ({ body }) => (body as { messages: unknown[] }).messages.length > 1,
			},
			fault: { kind: 'status', status: 404 },
		});
		const options = { fallbackModels: ['openai/gpt-oss-120b'] };
		const json = await run(rounds, { options }, { credential: credential() });
		expect(chats().map(({ body }) => (body as JsonObject).model)).toEqual([
			'openai/gpt-oss-20b',
			'openai/gpt-oss-20b',
			'openai/gpt-oss-120b',
			'openai/gpt-oss-120b',
		]);
		// 100 at 0.13 and twice 100 at 0.17 USD a million
		expect(json).toMatchObject({
			model: 'openai/gpt-oss-120b',
			attempts: 4,
			usage: { promptTokens: 3000, costUsd: 0.000137 },
		});
	});

	test('of an item that failed after some rounds is what they cost', async () => {
		simulator.fault({
			when: { matches: ({ body }) => (body as { messages: unknown[] }).messages.length > 4 },
			fault: { kind: 'status', status: 402 },
		});
		const json = await run(rounds, {}, { credential: credential(), ...continues });
		expect(json.details).toMatchObject({ kind: 'quota', usage: { costUsd: 0.000086 } });
	});
});

describe('a model that refuses reasoning', () => {
	const rounds = [{ reasoning: 'hm', calls: [oslo] }, { content: 'Sunny' }];
	const refuse = () => {
		simulator.fault({
			when: { matches: ({ body }) => JSON.stringify(body).includes('"reasoning":"hm"') },
			fault: { kind: 'status', status: 400, body: { error: { message: 'No reasoning' } } },
		});
	};
	const projectOf = (name: string) => ({
		project: `team/${name}`,
		weaveUrl: simulator.weaveUrl,
	});

	test('costs an attempt, which the trace shows as well', async () => {
		refuse();
		const options = { traceToWeave: true };
		const json = await run(rounds, { options }, { credential: projectOf('a') });
		expect(chats()).toHaveLength(3);
		expect(json.attempts).toBe(3);
		const requests = simulator.weaveCalls.filter(({ op_name: name }) => /completion/.test(name));
		expect(requests.map(({ exception }) => exception)).toEqual([
			undefined,
			'No reasoning',
			undefined,
		]);
	});

	test('costs an attempt of an item that fails then', async () => {
		refuse();
		simulator.fault({
			when: { matches: ({ body }) => (body as { messages: unknown[] }).messages.length > 1 },
			fault: { kind: 'status', status: 402 },
		});
		const json = await run(rounds, {}, { credential: projectOf('b'), ...continues });
		expect(chats()).toHaveLength(3);
		expect(json.details).toMatchObject({ kind: 'quota', attempts: 3 });
	});

	test('is asked without it from then on, but only by the account that it refused', async () => {
		refuse();
		for (const [name, count] of [
			['c', 3],
			['c', 2],
			['d', 3],
		] as const) {
			const before = chats().length;
			await run(rounds, {}, { credential: projectOf(name) });
			expect(chats().length - before).toBe(count);
		}
	});
});

test('rounds whose calls look alike keep their own reasoning', async () => {
	const call: [string, string, string] = ['clock', '{}', 'call_0'];
	const rounds = [
		{ reasoning: 'first', calls: [call] },
		{ reasoning: 'second', calls: [call] },
		{ content: 'Noon' },
	];
	await run(rounds);
	expect(messagesOf(2).flatMap(({ reasoning }) => reasoning ?? [])).toEqual(['first', 'second']);
});

test('a model that answers and calls a tool at once is asked again with its own text', async () => {
	const rounds = [{ content: 'Let me look.', calls: [oslo], finishReason: 'stop' }, {}];
	rounds[1] = { content: 'Sunny', calls: [], finishReason: 'stop' };
	const json = await run(rounds);
	expect(messagesOf(1)[1]).toMatchObject({ role: 'assistant', content: 'Let me look.' });
	expect(json).toMatchObject({ output: 'Sunny', toolRuns: [{ name: 'weather' }] });
});

test('a tool that the extra body requires is only required once', async () => {
	const options = { extraBody: '{"tool_choice": "required"}' };
	await run([{ calls: [oslo] }, { content: 'Sunny' }], { options });
	expect(bodyOf(0).tool_choice).toBe('required');
	expect(bodyOf(1)).not.toHaveProperty('tool_choice');
});

test('an answer after a tool round that is not the requested JSON is corrected', async () => {
	const rounds = [{ calls: [oslo] }, { content: 'sunny' }, { content: '{"weather":"sunny"}' }];
	const json = await run(rounds, { responseFormat: 'json_object', repairAttempts: 1, ...glm });
	expect(json).toMatchObject({
		output: { weather: 'sunny' },
		attempts: 3,
		toolRuns: [{ name: 'weather' }],
	});
	expect(messagesOf(2).map(({ role }) => role)).toEqual([
		...['user', 'assistant', 'tool'],
		...['assistant', 'user'],
	]);
});

test('an answer that stays invalid after a tool round keeps what was run', async () => {
	const usage = { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15 };
	const rounds = [
		{ calls: [oslo], usage },
		{ content: 'sunny', usage },
		{ content: 'no', usage },
	];
	const json = await run(rounds, { responseFormat: 'json_object', repairAttempts: 1 }, continues);
	expect(json.details).toMatchObject({
		kind: 'invalidOutput',
		output: 'no',
		attempts: 3,
		usage: { totalTokens: 45 },
		toolRuns: [{ name: 'weather' }],
	});
});

test('Stop ends the second request of an item', async () => {
	const stop = new AbortController();
	simulator.fault({
		when: { matches: ({ body }) => (body as { messages: unknown[] }).messages.length > 1 },
		fault: { kind: 'stall', where: 'beforeHeaders' },
	});
	const stopped = run([{ calls: [oslo] }], {}, { signal: stop.signal, ...continues });
	await waitUntil(() => chats().length === 2);
	stop.abort();
	await expect(stopped).rejects.toThrow('The execution was cancelled');
	await waitUntil(() => chats()[1]?.outcome === 'aborted');
});

test("an item for n8n's error output has only the keys by which n8n recognizes it", async () => {
	simulator.fault({
		when: { matches: ({ body }) => (body as { messages: unknown[] }).messages.length > 1 },
		fault: { kind: 'status', status: 402 },
	});
	const json = await run([{ calls: [oslo] }], {}, { onError: 'continueErrorOutput' });
	expect(Object.keys(json)).toEqual(['error', 'details']);
	expect(json.details).toMatchObject({ toolRuns: [{ name: 'weather', result: 'sunny in Oslo' }] });
});
