/* eslint-disable @n8n/community-nodes/no-restricted-imports -- not shipped: runs outside n8n */
import { HumanMessage } from '@langchain/core/messages';
import { sleep, type INodeParameters, type INodeProperties, type JsonObject } from 'n8n-workflow';
import { LmChatWandbInference } from '../../../nodes/LmChatWandbInference/LmChatWandbInference.node';
import { requestParameters } from '../../../nodes/shared/requestParameters';
import { supplyAgentModel } from '../../support/agentModel';
import { validateRequestBody } from '../../../tools/simulator/openaiSchema/validateChatCompletion';
import { useSimulator } from '../../support/useSimulator';
import { waitUntil } from '../../support/waitUntil';

const simulator = useSimulator();

/** For each option that is sent in the body: what the user sets, and what the body must contain. */
const samples: Record<string, { set: INodeParameters[string]; wire: JsonObject }> = {
	cacheSalt: { set: 'tenant-7', wire: { cache_salt: 'tenant-7' } },
	extraBody: { set: '{"top_k": 20}', wire: { top_k: 20 } },
	frequencyPenalty: { set: 0, wire: { frequency_penalty: 0 } },
	logitBias: { set: '{"1734": -100}', wire: { logit_bias: { '1734': -100 } } },
	maxTokens: { set: 50, wire: { max_tokens: 50 } },
	parallelToolCalls: { set: false, wire: { parallel_tool_calls: false } },
	presencePenalty: { set: -0.5, wire: { presence_penalty: -0.5 } },
	reasoning: { set: 'disabled', wire: { chat_template_kwargs: { enable_thinking: false } } },
	reasoningEffort: { set: 'low', wire: { reasoning_effort: 'low' } },
	seed: { set: 0, wire: { seed: 0 } },
	stop: { set: ['END'], wire: { stop: ['END'] } },
	temperature: { set: 0, wire: { temperature: 0 } },
	topP: { set: 0.9, wire: { top_p: 0.9 } },
	user: { set: 'user-1', wire: { user: 'user-1' } },
};

const bareBody = {
	model: 'openai/gpt-oss-20b',
	messages: [{ role: 'user', content: 'Hello!' }],
	stream: true,
	stream_options: { include_usage: true },
};

const tool = { type: 'function', function: { name: 'clock', parameters: { type: 'object' } } };

async function bodySentWith(options: INodeParameters, call: object = {}): Promise<JsonObject> {
	const { model } = await supplyAgentModel({ baseUrl: simulator.baseUrl, options });
	const bound = 'parallelToolCalls' in options ? model.bindTools([tool]) : model;
	await bound.invoke([new HumanMessage('Hello!')], call);
	const body = simulator.requests.at(-1)?.body as JsonObject;
	expect(validateRequestBody(body)).toEqual([]);
	return body;
}

describe('options of the chat model', () => {
	test('are not sent if unset', async () => {
		expect(await bodySentWith({})).toEqual(bareBody);
	});

	test.each(Object.entries(samples))('%s reaches the service', async (name, { set, wire }) => {
		const tools = name === 'parallelToolCalls' ? { tools: [tool] } : {};
		expect(await bodySentWith({ [name]: set })).toEqual({ ...bareBody, ...tools, ...wire });
	});

	test('extra headers and another project reach the service', async () => {
		const values = [
			{ name: 'X-Team', value: 'blue' },
			{ name: 'OpenAI-Project', value: 'team/other' },
		];
		await bodySentWith({ extraHeaders: { values } });
		expect(simulator.requests[0]?.headers).toMatchObject({
			'x-team': 'blue',
			'openai-project': 'team/other',
			authorization: 'Bearer simulator-key',
		});
	});

	test('stop sequences of the agent are added to those of the user', async () => {
		const call = { stop: ['Observation:', 'END'] };
		expect((await bodySentWith({ stop: ['END'] }, call)).stop).toEqual(['END', 'Observation:']);
	});

	test('are those of the table and its own, the most used ones first', () => {
		const shown = new LmChatWandbInference().description.properties
			.find(({ name }) => name === 'options')
			?.options?.map((option) => option as INodeProperties);
		const inTable = requestParameters.filter(({ shownBy }) => shownBy === 'both');
		const own = ['maxConcurrency', 'maxRetries', 'maxWait', 'responseFormat'];
		const names = [...inTable.map(({ property }) => property.name), ...own];
		expect(shown?.map(({ name }) => name).sort()).toEqual(names.sort());
		const displayNames = shown?.map(({ displayName }) => displayName) ?? [];
		const others = displayNames.slice(4);
		expect(displayNames.slice(0, 4)).toEqual([
			'Max Tokens',
			'Temperature',
			'Reasoning',
			'Reasoning Effort',
		]);
		expect(others).toEqual([...others].sort((left, right) => left.localeCompare(right)));
	});

	test('that are sent in the body have a sample in this test', () => {
		const inBody = requestParameters.filter(({ shownBy, wire }) => shownBy === 'both' && wire);
		const names = inBody.map(({ property }) => property.name);
		expect(Object.keys(samples).sort()).toEqual([...names, 'extraBody'].sort());
	});
});

test('Max Concurrency limits the requests of the node over all models that it supplies', async () => {
	simulator.fault({ fault: { kind: 'stall', where: 'beforeHeaders' } });
	const stop = new AbortController();
	const supplied = await Promise.all(
		[1, 2].map(
			async () =>
				await supplyAgentModel({ baseUrl: simulator.baseUrl, options: { maxConcurrency: 3 } }),
		),
	);
	const calls = supplied.flatMap(({ model }) =>
		[1, 2, 3].map(
			async () => await model.invoke([new HumanMessage('Hi')], { signal: stop.signal }),
		),
	);
	await waitUntil(() => simulator.requests.length === 3);
	await sleep(50);
	expect(simulator.requests).toHaveLength(3);
	stop.abort();
	await Promise.allSettled(calls);
});

test('Response Format is sent, and Max Wait ends the waiting', async () => {
	expect(await bodySentWith({ responseFormat: 'JSON Object' })).toMatchObject({
		response_format: { type: 'json_object' },
	});
	expect(await bodySentWith({ responseFormat: 'text' })).not.toHaveProperty('response_format');
	simulator.fault({
		fault: { kind: 'status', status: 429, retryAfter: '5', reason: 'concurrency' },
	});
	const { model } = await supplyAgentModel({ baseUrl: simulator.baseUrl, options: { maxWait: 1 } });
	await expect(model.invoke([new HumanMessage('Hi')])).rejects.toThrow('Concurrency limit');
});
