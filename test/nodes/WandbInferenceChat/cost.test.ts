import type { INodeParameters, JsonObject } from 'n8n-workflow';
import {
	createExecuteContext,
	chatParameters,
	type NodeRun,
} from '../../../tools/engine/createExecuteContext';
import { WandbInferenceChat } from '../../../nodes/WandbInferenceChat/WandbInferenceChat.node';
import type { Fault } from '../../../tools/simulator/simulator';
import { runChatNode, say } from '../../support/chatNode';
import { useSimulator } from '../../support/useSimulator';
import { waitUntil } from '../../support/waitUntil';

const simulator = useSimulator();

function runOf(parameters: INodeParameters = {}, changes: Partial<NodeRun> = {}): NodeRun {
	return {
		baseUrl: simulator.baseUrl,
		credential: { weaveUrl: simulator.weaveUrl },
		parameters: chatParameters(parameters),
		...changes,
	};
}

/** Prices of the simulator's catalog, in USD per million tokens. */
const oss20 = { input: 0.03, output: 0.13 };
const oss120 = { input: 0.03, output: 0.17 };

const tokens = (usage: JsonObject, price: typeof oss20) =>
	Math.round(
		(Number(usage.promptTokens) * price.input + Number(usage.completionTokens) * price.output) *
			1e5,
	) / 1e11;

async function usageOf(parameters: INodeParameters, changes: Partial<NodeRun> = {}) {
	const { items } = await runChatNode(runOf(parameters, changes));
	return (items[0]?.json.usage ??
		(items[0]?.json.details as JsonObject | undefined)?.usage) as JsonObject;
}

/** An answer with exactly these tokens. */
function answering(
	content: string,
	usage: JsonObject,
	headers: Record<string, string> = {},
): Fault {
	const choices = [{ index: 0, message: { role: 'assistant', content }, finish_reason: 'stop' }];
	const body = JSON.stringify({ choices, usage });
	return { kind: 'body', contentType: 'application/json', headers, body };
}

beforeAll(async () => {
	simulator.reset();
	await runChatNode(runOf());
	await waitUntil(() =>
		simulator.requests.some(
			({ path, outcome }) => path.includes('catalog') && outcome === 'answered',
		),
	);
});

describe('usage.costUsd', () => {
	test.each([
		['streamed', {}],
		['not streamed', { options: { stream: false } }],
		['of three choices', { options: { n: 3 } }],
	])('is the cost of an answer, %s', async (_, parameters) => {
		const usage = await usageOf({ ...say('Tell me a story'), ...parameters });
		expect(usage.costUsd).toBeGreaterThan(0);
		expect(usage.costUsd).toBe(tokens(usage, oss20));
	});

	test('counts cached tokens at their own price', async () => {
		simulator.fault({
			fault: answering('Hi', {
				prompt_tokens: 1000,
				completion_tokens: 10,
				prompt_tokens_details: { cached_tokens: 600 },
			}),
		});
		const model = { __rl: true, mode: 'id', value: 'moonshotai/Kimi-K2.6' };
		// 400 at 0.65, 600 at 0.15, and 10 at 3.41 USD a million
		expect((await usageOf({ model })).costUsd).toBe(0.0003841);
	});

	test('is that of the model that answered', async () => {
		const usage = await usageOf({
			model: { __rl: true, mode: 'id', value: 'openai/gone' },
			options: { fallbackModels: ['openai/gpt-oss-120b'] },
		});
		expect(usage.costUsd).toBe(tokens(usage, oss120));
	});

	test.each([
		['succeeds', 1],
		['fails', 9],
	])('includes the answers that had to be corrected, if the item %s', async (_, times) => {
		const usage = { prompt_tokens: 100, completion_tokens: 10, total_tokens: 110 };
		simulator.fault({ times, fault: answering('no', usage) });
		simulator.fault({ fault: answering('{"category": "bug", "summary": "x"}', usage) });
		const found = await usageOf(
			{ responseFormat: 'json_schema' },
			{ onError: 'continueRegularOutput' },
		);
		// Twice 100 at 0.03 and 10 at 0.13 USD a million
		expect(found).toMatchObject({ promptTokens: 200, completionTokens: 20, costUsd: 0.0000086 });
	});

	test('is what a LiteLLM proxy reports', async () => {
		const headers = { 'x-litellm-response-cost': '0.00123' };
		simulator.fault({
			fault: answering('Hi', { prompt_tokens: 1, completion_tokens: 1 }, headers),
		});
		expect((await usageOf({})).costUsd).toBe(0.00123);
	});

	test.each([
		[
			'the model has no price',
			{ model: { __rl: true, mode: 'id', value: 'ibm-granite/none' } },
			{},
		],
		['the service reports no tokens', {}, {}],
		['the proxy does not know the price', {}, { 'x-litellm-response-cost': '0.0' }],
	])('is absent, never 0, if %s', async (why, parameters, headers) => {
		const counts: JsonObject = why.includes('no tokens')
			? {}
			: { prompt_tokens: 1, completion_tokens: 1 };
		simulator.fault({ fault: answering('Hi', counts, headers) });
		const run = why.includes('proxy') ? { credential: {} } : {};
		expect(await usageOf(parameters, run)).not.toHaveProperty('costUsd');
	});
});

describe('after a run', () => {
	const answer = answering('Hi', { prompt_tokens: 1500, completion_tokens: 100 });

	test('of several items, a hint gives the total', async () => {
		simulator.fault({ fault: answer });
		const { hints } = await runChatNode(runOf({}, { items: [{}, {}] }));
		expect(hints).toEqual([
			{
				message: '2 items, 3,000 tokens in, 200 out, about $0.00012.',
				type: 'info',
				location: 'outputPane',
			},
		]);
	});

	test('of one item, there is no hint, because the output says it', async () => {
		simulator.fault({ fault: answer });
		expect((await runChatNode(runOf())).hints).toEqual([]);
	});

	test('without prices, the hint leaves out the cost', async () => {
		simulator.fault({ fault: answer });
		const { hints } = await runChatNode(runOf({}, { items: [{}, {}], credential: {} }));
		expect(hints[0]?.message).toBe('2 items, 3,000 tokens in, 200 out.');
	});

	test("n8n's own telemetry and tracing get the total", async () => {
		simulator.fault({ fault: answer });
		const context = createExecuteContext(runOf({}, { items: [{}, {}] }));
		await new WandbInferenceChat().execute.call(context);
		expect(context.getExecuteData().metadata).toMatchObject({
			tokenUsage: { inputTokens: 3000, outputTokens: 200 },
			tracing: {
				'gen_ai.usage.input_tokens': 3000,
				'gen_ai.usage.output_tokens': 200,
				'gen_ai.usage.cost_usd': 0.000116,
			},
		});
	});
});
