/* eslint-disable @n8n/community-nodes/no-restricted-imports -- not shipped: runs outside n8n */
import { HumanMessage, ToolMessage } from '@langchain/core/messages';
import { DynamicStructuredTool } from '@langchain/core/tools';
import type { INodeParameters, JsonObject } from 'n8n-workflow';
import { z } from 'zod';
import { readStream, supplyAgentModel } from '../support/agentModel';
import { runWithTools, toolOf } from '../support/connectedTool';
import { useSimulator } from '../support/useSimulator';

const simulator = useSimulator();

const prompt = '[[call: weather {"city": "Oslo"}]] [[reason: I should look]]';

/** The reasoning in each message of a request. */
function reasoningIn(body: unknown): unknown[] {
	const { messages } = body as { messages: JsonObject[] };
	return messages.flatMap((message) => message.reasoning_content ?? message.reasoning ?? []);
}

/** Refuses messages with reasoning, as some engines do. */
function refuseReasoning(status: number, error: JsonObject): void {
	simulator.fault({
		when: { matches: ({ body }) => reasoningIn(body).length > 0 },
		fault: { kind: 'status', status, body: { error } },
	});
}

async function askNode(model: string): Promise<JsonObject> {
	const changes: INodeParameters = { model: { __rl: true, mode: 'id', value: model } };
	const weather = toolOf('weather', async () => 'sunny');
	return (await runWithTools(simulator, prompt, [weather], changes)).json as JsonObject;
}

const weatherTool = new DynamicStructuredTool({
	name: 'weather',
	description: 'The weather of a city',
	schema: z.object({ city: z.string() }),
	func: async () => 'sunny',
});

/** Two rounds of an agent. n8n supplies the model anew for the second. */
async function askAgent(model: string, isStreamed = false): Promise<string> {
	const supplied = async () => {
		const run = await supplyAgentModel({ baseUrl: simulator.baseUrl, model });
		return run.model.bindTools([weatherTool]);
	};
	const question = [new HumanMessage(prompt)];
	const first = await supplied();
	const answer = isStreamed
		? (await readStream(await first.stream(question))).whole
		: await first.invoke(question);
	const id = answer?.tool_calls?.[0]?.id ?? '';
	const result = new ToolMessage({ content: 'sunny', tool_call_id: id });
	return (await (await supplied()).invoke([...question, answer, result])).text;
}

const askers = {
	'the node': async (model: string) => String((await askNode(model)).output),
	'an agent': async (model: string) => await askAgent(model),
	'an agent that streams': async (model: string) => await askAgent(model, true),
};

describe.each(Object.entries(askers))('with %s', (_, ask) => {
	test('the reasoning before tool calls is sent back with their results', async () => {
		expect(await ask('openai/gpt-oss-20b')).toContain('sunny');
		expect(simulator.requests.map(({ body }) => reasoningIn(body))).toEqual([
			[],
			['I should look'],
		]);
	});
});

test.each([
	['the node', 'openai/gpt-oss-120b', 400, { message: 'Bad input', param: 'messages.1.reasoning' }],
	[
		'an agent',
		'zai-org/GLM-5.1',
		422,
		{ message: "Extra inputs are not permitted: 'reasoning_content', 'reasoning'" },
	],
] as const)(
	'with %s, a model that refuses reasoning gets none from then on',
	async (asker, model, status, error) => {
		refuseReasoning(status, error);
		expect(await askers[asker](model)).toContain('sunny');
		expect(simulator.requests.map(({ body }) => reasoningIn(body).length)).toEqual([0, 1, 0]);
		expect(await askers[asker](model)).toContain('sunny');
		expect(simulator.requests).toHaveLength(5);
	},
);

test('an error about another parameter is not about the reasoning', async () => {
	refuseReasoning(400, { message: 'Invalid reasoning_effort', param: 'reasoning_effort' });
	await expect(askNode('openai/gpt-oss-20b')).rejects.toThrow('Invalid reasoning_effort');
	expect(simulator.requests).toHaveLength(2);
});
