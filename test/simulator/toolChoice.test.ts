import type OpenAI from 'openai';
import { openaiClient } from '../support/openaiClient';
import { useSimulator } from '../support/useSimulator';

const simulator = useSimulator();

const currency = { type: 'object', properties: { currency: { type: 'string' } } };
const usd = { type: 'object', properties: { usd: { type: 'number' } } };

test('a tool that the text mentions is called before the answer in the format of a schema', async () => {
	const { completions } = openaiClient(simulator).chat;
	const question = 'How much is 20 CHF? Use the exchange rate of today.';
	const messages: OpenAI.ChatCompletionMessageParam[] = [{ role: 'user', content: question }];
	const body: OpenAI.ChatCompletionCreateParamsNonStreaming = {
		model: 'openai/gpt-oss-20b',
		messages,
		tools: [
			{
				type: 'function',
				function: {
					name: 'exchange_rate',
					parameters: { ...currency, required: ['currency'] },
				},
			},
		],
		response_format: {
			type: 'json_schema',
			json_schema: { name: 'price', schema: { ...usd, required: ['usd'] } },
		},
	};
	const asked = (await completions.create(body)).choices[0]?.message;
	const calls = asked?.tool_calls ?? [];
	expect(calls).toMatchObject([{ function: { arguments: '{"currency":"CHF"}' } }]);
	messages.push({ role: 'assistant', tool_calls: calls });
	messages.push({ role: 'tool', tool_call_id: String(calls[0]?.id), content: '1.24' });
	const answered = (await completions.create(body)).choices[0]?.message;
	expect(JSON.parse(answered?.content ?? '')).toEqual({ usd: expect.any(Number) });
});
