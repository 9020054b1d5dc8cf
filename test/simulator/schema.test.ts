import Ajv2020 from 'ajv/dist/2020';
import { countTokens as countRealTokens } from 'gpt-tokenizer';
import {
	validateRequestBody,
	validateResponseBody,
} from '../../tools/simulator/openaiSchema/validateChatCompletion';
import { useSimulator } from '../support/useSimulator';
import { countTokens, splitTokens } from '../../tools/simulator/tokens';

const text = 'The invoice was charged twice and support was terrible, I want a refund today!';
const tool = {
	type: 'function',
	function: {
		name: 'lookup',
		parameters: { type: 'object', properties: { id: { type: 'integer' } } },
	},
};
const schemas: Record<string, object> = {
	'enums, numbers and lists': {
		type: 'object',
		properties: {
			sentiment: { type: 'string', enum: ['positive', 'neutral', 'negative'] },
			score: { type: 'number', minimum: 0, maximum: 1 },
			stars: { type: 'integer', exclusiveMinimum: 0, maximum: 5 },
			tags: { type: 'array', items: { enum: ['a', 'b', 'c'] }, minItems: 2, uniqueItems: true },
			summary: { type: 'string', maxLength: 20 },
			code: { type: 'string', minLength: 30 },
		},
		required: ['sentiment', 'score', 'stars', 'tags', 'summary', 'code'],
		additionalProperties: false,
	},
	'recursion through $defs': {
		$ref: '#/$defs/node',
		$defs: {
			node: {
				type: 'object',
				properties: {
					name: { type: 'string' },
					children: { type: 'array', items: { $ref: '#/$defs/node' } },
					parent: { anyOf: [{ $ref: '#/$defs/node' }, { type: 'null' }] },
				},
				required: ['name', 'children', 'parent'],
				additionalProperties: false,
			},
		},
	},
	'patterns, formats, allOf and maps': {
		type: 'object',
		properties: {
			sku: { type: 'string', pattern: '^[A-Z]{3}-\\d{4}$' },
			mixed: {
				allOf: [
					{ type: 'object', properties: { a: { const: 1 } }, required: ['a'] },
					{ type: 'object', properties: { b: { type: 'boolean' } }, required: ['b'] },
				],
			},
			prices: { type: 'object', additionalProperties: { type: 'number', multipleOf: 0.5 } },
			pair: { type: 'array', prefixItems: [{ type: 'string' }, { type: 'integer' }], minItems: 2 },
		},
		required: ['sku', 'mixed', 'prices', 'pair'],
	},
};

const simulator = useSimulator();

function ask(fields: object = {}): Record<string, unknown> {
	const messages = [{ role: 'user', content: text }];
	return { model: 'deepseek-ai/DeepSeek-V4-Flash', messages, ...fields };
}

async function send(body: object): Promise<string> {
	const response = await fetch(`${simulator.baseUrl}/chat/completions`, {
		method: 'POST',
		headers: { authorization: 'Bearer simulator-key' },
		body: JSON.stringify(body),
	});
	return await response.text();
}

interface Completion {
	choices: Array<{ message: { content: string } }>;
}

async function askForJson(schema: object, seed: number): Promise<string> {
	const json_schema = { name: 'answer', strict: true, schema };
	const completion = await send(
		ask({ seed, response_format: { type: 'json_schema', json_schema } }),
	);
	return (JSON.parse(completion) as Completion).choices[0]?.message.content ?? '';
}

test.each(Object.entries(schemas))(
	'answers with JSON that matches a schema: %s',
	async (_name, schema) => {
		const validate = new Ajv2020({ strict: false, validateFormats: false }).compile(schema);
		for (let seed = 1; seed <= 20; seed += 1) {
			const content = await askForJson(schema, seed);
			validate(JSON.parse(content));
			expect({ content, errors: validate.errors ?? [] }).toEqual({ content, errors: [] });
			expect(await askForJson(schema, seed)).toBe(content);
		}
	},
);

test('chooses the enum value that the text suggests', async () => {
	const schema = schemas['enums, numbers and lists'] ?? {};
	const content = JSON.parse(await askForJson(schema, 1)) as { sentiment: string };
	expect(content.sentiment).toBe('negative');
});

test('answers with an object for json_object', async () => {
	const completion = JSON.parse(
		await send(ask({ response_format: { type: 'json_object' } })),
	) as Completion;
	expect(JSON.parse(completion.choices[0]?.message.content ?? '')).toEqual(expect.any(Object));
});

test.each([
	['text', {}],
	['reasoning', { model: 'openai/gpt-oss-120b', chat_template_kwargs: { enable_thinking: true } }],
	['choices with log probabilities', { n: 2, logprobs: true, top_logprobs: 2, cache_salt: 's' }],
	['a truncated answer with engine-specific fields', { max_tokens: 3, top_k: 4, min_p: 0.1 }],
	['tool calls', { tools: [tool], tool_choice: 'required' }],
	['a function call', { functions: [tool.function], function_call: { name: 'lookup' } }],
])("writes bodies and chunks that match OpenAI's schema: %s", async (_name, fields) => {
	const body = ask(fields);
	expect(validateRequestBody(body)).toEqual([]);
	expect(validateResponseBody(JSON.parse(await send(body)))).toEqual([]);
	const streamed = { ...body, stream: true, stream_options: { include_usage: true } };
	expect(validateRequestBody(streamed)).toEqual([]);
	const events = (await send(streamed)).split('\n\n').filter((event) => event !== '');
	expect(events.pop()).toBe('data: [DONE]');
	for (const event of events) {
		const chunk: unknown = JSON.parse(event.replace(/^data: /, ''));
		expect(validateResponseBody(chunk)).toEqual([]);
	}
});

test.each([
	['messages', { messages: [] }],
	['temperature', { temperature: 3 }],
	['cache_salt', { cache_salt: '' }],
	['max_tokens', { max_tokens: '5' }],
	['stop', { stop: [] }],
	['tool_choice', { tool_choice: 'always' }],
])('detects a request with an invalid %s', (name, fields) => {
	expect(validateRequestBody(ask(fields)).join('; ')).toContain(name);
});

test("detects a response that does not match OpenAI's schema", () => {
	const chunk = { object: 'chat.completion.chunk', id: 'x', model: 'm', created: 1, choices: [{}] };
	expect(validateResponseBody(chunk)).not.toEqual([]);
	expect(validateResponseBody({ object: 'chat.completion', choices: [] })).not.toEqual([]);
	expect(validateResponseBody({ error: { code: 500, message: 'x' } })).not.toEqual([]);
});

test('estimates the tokens of English prose within 15% of o200k_base', async () => {
	const completion = JSON.parse(await send(ask({ n: 4 }))) as Completion;
	const prose = completion.choices.map(({ message }) => message.content).join('\n');
	const ratio = countTokens(prose) / countRealTokens(prose);
	expect(ratio).toBeGreaterThan(0.85);
	expect(ratio).toBeLessThan(1.15);
});

test('splits any text into tokens that add up to the same text', () => {
	const mixed = 'Grüße 👩‍👩‍👧, 日本語!  \n\t12345678 \uD83D x';
	expect(splitTokens(mixed).join('')).toBe(mixed);
	expect(splitTokens(mixed)).toHaveLength(countTokens(mixed));
});
