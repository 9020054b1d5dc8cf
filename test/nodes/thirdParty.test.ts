import { LLMock, type ChaosAction } from '@copilotkit/aimock';
import type { INodeParameters, JsonObject } from 'n8n-workflow';
import { supplyAgentModel } from '../support/agentModel';
import { runChatNode } from '../support/chatNode';
import { chatParameters } from '../../tools/engine/createExecuteContext';
import { validateRequestBody } from '../../tools/simulator/openaiSchema/validateChatCompletion';
import { startStrictSimulator } from '../support/useSimulator';

/** A third-party mock of the service, which chooses its own faults. */
let mock: LLMock;

/** Enough for the mock to inject at least one fault. */
const itemCount = 50;
const answerOf = (row: number) => `The answer to number ${row} is ${row * row}, without doubt.`;

beforeAll(async () => {
	mock = new LLMock({ port: 0, logLevel: 'silent', chunkSize: 7 });
	for (let row = 0; row < itemCount; row += 1) {
		mock.onMessage(new RegExp(`^number ${row}$`), { content: answerOf(row) });
	}
	mock.onMessage('weather', {
		toolCalls: [
			{ name: 'get_weather', arguments: '{"city":"Oslo"}' },
			{ name: 'get_weather', arguments: '{"city":"Rome"}' },
		],
	});
	mock.onMessage('think', { content: 'Done thinking', reasoning: 'Step by step' });
	await mock.start();
});
beforeEach(() => {
	mock.clearChaos();
	mock.clearRequests();
});
afterAll(async () => await mock.stop());

const baseUrl = () => `${mock.url}/v1`;
const rows = Array.from({ length: itemCount }, (_, row) => ({ json: { row } }));

function parametersFor(content: string, changes: INodeParameters = {}): INodeParameters {
	return chatParameters({ messages: { values: [{ role: 'user', content }] }, ...changes });
}

/** How many faults of each kind the mock injected. */
function countFaults(): Partial<Record<ChaosAction, number>> {
	const counts: Partial<Record<ChaosAction, number>> = {};
	for (const { response } of mock.getRequests()) {
		const action = response.chaosAction;
		if (action) counts[action] = (counts[action] ?? 0) + 1;
	}
	return counts;
}

describe.each([true, false])('against a third-party mock, stream: %s', (stream) => {
	test('every item gets its own answer despite faults of every kind', async () => {
		mock.setChaos({
			dropRate: 0.08,
			malformedRate: 0.08,
			rateLimitRate: 0.08,
			disconnectRate: 0.08,
		});
		const { items } = await runChatNode({
			baseUrl: baseUrl(),
			items: rows,
			parameters: parametersFor('=number {{ $json.row }}', {
				options: { stream },
				retryPolicy: { maxRetries: 12, maxWait: 60 },
			}),
		});
		expect(items.map(({ json }) => json.output)).toEqual(rows.map((_, row) => answerOf(row)));
		expect(items.map(({ pairedItem }) => pairedItem)).toEqual(rows.map((_, item) => ({ item })));
		const faultCount = Object.values(countFaults()).reduce((sum, count) => sum + count, 0);
		expect(faultCount).toBeGreaterThan(0);
		const attempts = items.reduce((sum, { json }) => sum + Number(json.attempts ?? 1), 0);
		expect(attempts).toBe(itemCount + faultCount);
		expect(mock.getRequests()).toHaveLength(attempts);
	}, 60_000);

	test.each([
		['dropRate', /request dropped/, 'server'],
		['malformedRate', /ended before it was complete/, 'incompleteAnswer'],
		['rateLimitRate', /rate limit exceeded/, 'rateLimit'],
		['disconnectRate', /closed before the response was complete/, 'connection'],
	])('a permanent fault ends in its own message: %s', async (rate, message, kind) => {
		mock.setChaos({ [rate]: 1 });
		const { items } = await runChatNode({
			baseUrl: baseUrl(),
			items: rows.slice(0, 3),
			onError: 'continueRegularOutput',
			parameters: parametersFor('=number {{ $json.row }}', {
				options: { stream },
				retryPolicy: { maxRetries: 1, maxWait: 3 },
			}),
		});
		expect(items).toHaveLength(3);
		for (const { json } of items) {
			expect(json.error).toMatch(message);
			expect(json.details).toMatchObject({ kind, attempts: 2 });
		}
		expect(mock.getRequests()).toHaveLength(6);
	});

	test('tool calls and reasoning arrive unchanged', async () => {
		const tools = { values: [{ name: 'get_weather', parameters: '{"type":"object"}' }] };
		const ask = async (content: string, changes: INodeParameters = {}) => {
			const parameters = parametersFor(content, { ...changes, options: { stream } });
			return (await runChatNode({ baseUrl: baseUrl(), parameters })).items[0]?.json;
		};
		expect(await ask('weather', { tools })).toMatchObject({
			finishReason: 'tool_calls',
			toolCalls: [
				{ name: 'get_weather', arguments: { city: 'Oslo' } },
				{ name: 'get_weather', arguments: { city: 'Rome' } },
			],
		});
		expect(await ask('think')).toMatchObject({
			output: 'Done thinking',
			reasoning: 'Step by step',
		});
	});

	test('an agent gets its answers despite faults', async () => {
		mock.setChaos({ dropRate: 0.2, disconnectRate: 0.2 });
		const options = { stream, maxRetries: 12 };
		const { model } = await supplyAgentModel({ baseUrl: baseUrl(), options });
		const answers = await Promise.all(
			rows.slice(0, 5).map(async (_, row) => (await model.invoke(`number ${row}`)).text),
		);
		expect(answers).toEqual(answers.map((_, row) => answerOf(row)));
	}, 60_000);
});

test('the bodies sent to the mock are valid according to the published schema', async () => {
	await runChatNode({ baseUrl: baseUrl(), items: rows, parameters: parametersFor('number 1') });
	const bodies = mock.getRequests().map(({ body }) => body);
	expect(bodies).toHaveLength(itemCount);
	for (const body of bodies) {
		// The mock adds fields of its own to the bodies that it records.
		const sent = Object.entries(body as object).filter(([name]) => !name.startsWith('_'));
		expect(validateRequestBody(Object.fromEntries(sent) as JsonObject)).toEqual([]);
	}
});

test('a simulator that received an invalid body fails the test that closes it', async () => {
	const simulator = await startStrictSimulator({
		faults: [{ fault: { kind: 'status', status: 503 } }],
	});
	const extraBody = { stop: 5, messages: 'none' };
	const parameters = chatParameters({ options: { extraBody }, retryPolicy: { maxRetries: 0 } });
	await expect(runChatNode({ baseUrl: simulator.baseUrl, parameters })).rejects.toThrow();
	await expect(simulator.close()).rejects.toThrow(/OpenAI's schema refuses: \/messages/);
});
