import type { INodeParameters, JsonObject } from 'n8n-workflow';
import { WandbInferenceChat } from '../../nodes/WandbInferenceChat/WandbInferenceChat.node';
import { requestParameters } from '../../nodes/shared/requestParameters';
import { runChatNode } from '../support/chatNode';
import { chatParameters } from '../../tools/engine/createExecuteContext';
import { bareBody, bodySentFor, lastBody } from '../support/bodySent';
import { useSimulator } from '../support/useSimulator';

/** For each row of the table: what the user sets, and what the body must contain for it. */
const samples: Record<string, { set: unknown; wire?: JsonObject; falsy?: unknown[] }> = {
	cacheSalt: { set: 'tenant-7', wire: { cache_salt: 'tenant-7' } },
	extraBody: { set: '{"top_k": 20, "min_p": 0}', wire: { top_k: 20, min_p: 0 } },
	extraHeaders: { set: { values: [{ name: 'X-Team', value: 'blue' }] } },
	fallbackModels: { set: ['openai/gpt-oss-120b'] },
	frequencyPenalty: { set: 0.5, wire: { frequency_penalty: 0.5 }, falsy: [0] },
	functionCall: { set: 'none', wire: { function_call: 'none' } },
	functions: {
		set: '[{"name":"f","parameters":{"type":"object","properties":{}}}]',
		wire: { functions: [{ name: 'f', parameters: { type: 'object', properties: {} } }] },
	},
	logitBias: { set: '{"1734": -100}', wire: { logit_bias: { '1734': -100 } } },
	logprobs: { set: true, wire: { logprobs: true }, falsy: [false] },
	maxTokens: { set: 50, wire: { max_tokens: 50 } },
	n: { set: 2, wire: { n: 2 } },
	parallelToolCalls: { set: true, wire: { parallel_tool_calls: true }, falsy: [false] },
	presencePenalty: { set: -0.5, wire: { presence_penalty: -0.5 }, falsy: [0] },
	reasoning: { set: 'disabled', wire: { chat_template_kwargs: { enable_thinking: false } } },
	reasoningEffort: { set: 'low', wire: { reasoning_effort: 'low' } },
	seed: { set: 42, wire: { seed: 42 }, falsy: [0] },
	showInChat: { set: false },
	stop: { set: ['END', 'STOP'], wire: { stop: ['END', 'STOP'] } },
	stream: { set: false, wire: { stream: false } },
	temperature: { set: 0.7, wire: { temperature: 0.7 }, falsy: [0] },
	timeout: { set: 30 },
	toolChoice: { set: 'none', wire: { tool_choice: 'none' } },
	topLogprobs: { set: 3, wire: { top_logprobs: 3 }, falsy: [0] },
	topP: { set: 0.9, wire: { top_p: 0.9 }, falsy: [0] },
	// Off, because it needs a project; see weaveTraces.test.ts.
	traceToWeave: { set: false },
	user: { set: 'user-1', wire: { user: 'user-1' } },
};

interface FieldSample {
	set: INodeParameters;
	/** The error, or what the request and the output item must contain. */
	leadsTo: { error: string } | { body?: JsonObject; item?: JsonObject };
}

const getMany = { resource: 'model', operation: 'getMany' };
const schema = { responseFormat: 'json_schema', schemaType: 'manual', jsonSchema: '{}' };
const example = { responseFormat: 'json_schema', schemaType: 'example' };

/** For each field outside the options: a value as an expression may return it, and what happens. */
const fieldSamples: Record<string, FieldSample> = {
	model: {
		set: { model: { __rl: true, mode: 'id', value: '={{ { "id": "zai-org/GLM-5.1" } }}' } },
		leadsTo: { body: { model: 'zai-org/GLM-5.1' } },
	},
	specifyMessages: {
		set: { specifyMessages: '={{ "JSON" }}', messagesJson: '[{"role":"user","content":"Hi"}]' },
		leadsTo: { body: { messages: [{ role: 'user', content: 'Hi' }] } },
	},
	messages: {
		set: { messages: { values: [{ role: '={{ "Human" }}', content: '={{ 5 }}' }] } },
		leadsTo: { body: { messages: [{ role: 'user', content: '5' }] } },
	},
	messagesJson: {
		set: { specifyMessages: 'json', messagesJson: '={{ { "type": "human", "content": "Hi" } }}' },
		leadsTo: { body: { messages: [{ role: 'user', content: 'Hi' }] } },
	},
	budget: {
		set: { budget: { maxCost: '={{ "-1" }}' } },
		leadsTo: { error: "'Max Cost (USD)' is below zero" },
	},
	responseFormat: {
		set: { responseFormat: '={{ "JSON Object" }}' },
		leadsTo: { body: { response_format: { type: 'json_object' } } },
	},
	schemaType: {
		set: { ...schema, schemaType: 'both' },
		leadsTo: { error: "'Schema Type' has an unknown value" },
	},
	jsonExample: {
		set: { ...example, jsonExample: '={{ { "mood": "good" } }}' },
		leadsTo: {
			body: {
				response_format: { json_schema: { schema: { properties: { mood: { type: 'string' } } } } },
			},
		},
	},
	jsonSchema: {
		set: { ...schema, jsonSchema: '={{ { "type": "object" } }}' },
		leadsTo: { body: { response_format: { json_schema: { schema: { type: 'object' } } } } },
	},
	schemaName: {
		set: { ...schema, schemaName: '={{ 5 }}' },
		leadsTo: { body: { response_format: { json_schema: { name: '5' } } } },
	},
	strictSchema: {
		set: { ...schema, strictSchema: '={{ "False" }}' },
		leadsTo: { body: { response_format: { json_schema: { strict: false } } } },
	},
	repairAttempts: {
		set: { responseFormat: 'json_object', repairAttempts: '={{ "many" }}' },
		leadsTo: { error: "'Repair Attempts' is not a number" },
	},
	tools: {
		set: { tools: { values: [{ name: 'f', parameters: '={{ {} }}', strict: '={{ "TRUE" }}' }] } },
		leadsTo: {
			body: {
				tools: [{ type: 'function', function: { name: 'f', parameters: {}, strict: true } }],
			},
		},
	},
	maxToolRounds: {
		set: { maxToolRounds: '={{ 0 }}' },
		leadsTo: { error: "'Max Tool Rounds' is below one" },
	},
	simplify: {
		set: { simplify: '={{ "False" }}' },
		leadsTo: { item: { object: 'chat.completion' } },
	},
	options: {
		set: { options: { maxTokens: '={{ "20" }}' } },
		leadsTo: { body: { max_tokens: 20 } },
	},
	retryPolicy: {
		set: { retryPolicy: { retryOn: '={{ "all" }}' } },
		leadsTo: { error: "'Retry On' has an unknown value" },
	},
	throughput: {
		set: { throughput: { mode: '={{ "Fast" }}' } },
		leadsTo: { error: "'Mode' has an unknown value" },
	},
	returnAll: {
		set: { ...getMany, returnAll: '={{ "some" }}' },
		leadsTo: { error: "'Return All' is neither true nor false" },
	},
	limit: {
		set: { ...getMany, returnAll: false, limit: '={{ "-1" }}' },
		leadsTo: { error: "'Limit' is below one" },
	},
};

/** What else must be set for the service to accept a row. */
const companions: Record<string, INodeParameters> = {
	topLogprobs: { logprobs: true },
	functionCall: { functions: samples.functions!.set as string },
};

const simulator = useSimulator();

describe('parameter table', () => {
	test('sends nothing that is unset', async () => {
		expect(await bodySentFor(simulator, {})).toEqual(bareBody);
		expect(await bodySentFor(simulator, { options: {} })).toEqual(bareBody);
	});

	test('has a sample in this test for every row', () => {
		const names = requestParameters.map(({ property }) => property.name);
		expect(Object.keys(samples).sort()).toEqual([...names].sort());
	});

	test.each(requestParameters.map(({ property, wire }) => [property.name, wire?.name]))(
		'%s is sent as %s',
		async (name) => {
			const sample = samples[name]!;
			const companion = companions[name] ?? {};
			const options = { ...companion, [name]: sample.set } as INodeParameters;
			const body = await bodySentFor(simulator, { options });
			const bare = companions[name]
				? await bodySentFor(simulator, { options: companion })
				: bareBody;
			const expected = { ...bare, ...sample.wire };
			if (sample.set === false && name === 'stream') delete (expected as JsonObject).stream_options;
			expect(body).toEqual(expected);
		},
	);

	test.each(
		Object.entries(samples).flatMap(([name, { falsy = [] }]) =>
			falsy.map((value) => [name, value] as const),
		),
	)('%s set to %p is sent', async (name, value) => {
		const wireName = requestParameters.find(({ property }) => property.name === name)!.wire!.name;
		const options = { ...(companions[name] ?? {}), [name]: value } as INodeParameters;
		expect((await bodySentFor(simulator, { options }))[wireName]).toBe(value);
	});

	test('values from expressions are sent as the types that the API expects', async () => {
		const options = {
			temperature: '={{ "0.5" }}',
			maxTokens: '={{ $json.limit }}',
			seed: '={{ undefined }}',
			topP: '={{ "" }}',
			logitBias: '={{ { "5": 1 } }}',
			stop: '={{ "END" }}',
		};
		await runChatNode({
			baseUrl: simulator.baseUrl,
			parameters: chatParameters({ options }),
			items: [{ json: { limit: '20' } }],
		});
		expect(lastBody(simulator)).toEqual({
			...bareBody,
			temperature: 0.5,
			max_tokens: 20,
			logit_bias: { '5': 1 },
			stop: ['END'],
		});
	});
});

describe('fields outside the options', () => {
	test('have a sample in this test', () => {
		const fields = new WandbInferenceChat().description.properties
			.filter(({ type, name }) => type !== 'notice' && !['resource', 'operation'].includes(name))
			.map(({ name }) => name);
		expect(Object.keys(fieldSamples).sort()).toEqual([...new Set(fields)].sort());
	});

	test.each(Object.entries(fieldSamples))(
		'%s is read with the same care',
		async (_, { set, leadsTo }) => {
			const run = { baseUrl: simulator.baseUrl, parameters: chatParameters(set) };
			const outcome = await runChatNode(run).then(
				({ items }) => ({ body: simulator.requests.at(-1)?.body, item: items[0]?.json }),
				(error: Error) => ({ error: error.message }),
			);
			expect(outcome).toMatchObject(leadsTo);
		},
	);
});
