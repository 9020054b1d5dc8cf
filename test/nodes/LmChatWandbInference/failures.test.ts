/* eslint-disable @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/no-restricted-globals -- not shipped: runs outside n8n */
import { HumanMessage } from '@langchain/core/messages';
import type { NodeApiError } from 'n8n-workflow';
import { readStream, supplyAgentModel } from '../../support/agentModel';
import { createSupplyContext, type ModelRun } from '../../../tools/engine/createSupplyContext';
import { runChatNode } from '../../support/chatNode';
import { chatParameters } from '../../../tools/engine/createExecuteContext';
import type { FaultRule } from '../../../tools/simulator/simulator';
import { useSimulator, startStrictSimulator } from '../../support/useSimulator';

const simulator = useSimulator();

const question = [new HumanMessage('[[answer: fine after all]]')];

const supply = async (run: Partial<ModelRun> = {}) =>
	await supplyAgentModel({ baseUrl: simulator.baseUrl, ...run });

async function failureOf(promise: Promise<unknown>): Promise<NodeApiError> {
	return await promise.then(
		() => {
			throw new TypeError('It succeeded');
		},
		(error: NodeApiError) => error,
	);
}

const soon = { headers: { 'retry-after-ms': '5' } };

describe('temporary errors', () => {
	test.each<[string, FaultRule['fault']]>([
		['a 503', { kind: 'status', status: 503, ...soon }],
		['a concurrency 429', { kind: 'status', status: 429, reason: 'concurrency', ...soon }],
		['a lost connection', { kind: 'reset', where: 'beforeHeaders' }],
		['a stream that is cut off', { kind: 'reset', where: 'inStream', afterEvents: 1 }],
	])('%s is retried with success', async (_, fault) => {
		simulator.fault({ times: 1, fault });
		const { model } = await supply();
		expect((await model.invoke(question)).text).toBe('fine after all');
		expect(simulator.requests).toHaveLength(2);
	});

	test('are retried in a stream before text was shown', async () => {
		simulator.fault({ times: 1, fault: { kind: 'status', status: 503, ...soon } });
		const { model } = await supply();
		const { texts } = await readStream(await model.stream(question));
		expect(texts.join('')).toBe('fine after all');
		expect(simulator.requests).toHaveLength(2);
	});

	test('end the answer if text was already shown', async () => {
		simulator.fault({ fault: { kind: 'reset', where: 'inStream', afterEvents: 6 } });
		const { model } = await supply({
			options: { reasoning: 'disabled' },
			model: 'zai-org/GLM-5.1',
		});
		const texts: string[] = [];
		const reading = (async () => {
			const stream = await model.stream([new HumanMessage('[[tokens: 30]]')]);
			for await (const { text } of stream) texts.push(text);
		})();
		const error = await failureOf(reading);
		expect(error.message).toContain('closed before the response was complete');
		expect(texts.join('')).not.toBe('');
		expect(simulator.requests).toHaveLength(1);
	});

	test('are retried as often as Max Retries says, and not by LangChain too', async () => {
		simulator.fault({ fault: { kind: 'status', status: 503, ...soon } });
		const { model, logged } = await supply({ options: { maxRetries: 2 } });
		const error = await failureOf(model.invoke(question));
		expect(error.message).toContain('overloaded');
		expect(error.description).toContain('3 requests were sent');
		expect(error.httpCode).toBe('503');
		expect(simulator.requests).toHaveLength(3);
		expect(logged()).toMatchObject([{ error: { message: error.message } }]);
	});

	test('lead to the fallback models', async () => {
		simulator.fault({
			when: { model: 'openai/gpt-oss-20b' },
			fault: { kind: 'status', status: 503, ...soon },
		});
		const options = { maxRetries: 0, fallbackModels: ['zai-org/GLM-5.1'] };
		const { model } = await supply({ options });
		expect((await model.invoke(question)).text).toBe('fine after all');
	});
});

describe('permanent errors', () => {
	test('an exceeded quota takes one request and has the same message as in the chat node', async () => {
		const credential = { apiKey: 'broke-key' };
		const { model, logged } = await supply({ credential });
		const error = await failureOf(model.invoke(question));
		expect(simulator.requests).toHaveLength(1);
		const nodeError = await failureOf(
			runChatNode({ baseUrl: simulator.baseUrl, credential, parameters: chatParameters() }),
		);
		expect(error.message).toBe(nodeError.message);
		expect(withoutId(error)).toBe(withoutId(nodeError));
		expect(error.httpCode).toBe('402');
		expect(error.constructor.name).toBe('NodeApiError');
		expect(logged()).toMatchObject([{ error: { message: error.message } }]);
	});

	test.each([
		['an option', { options: { logitBias: '{"a": 5}' } }, "'Logit Bias'"],
		['Max Retries', { options: { maxRetries: -1 } }, "'Max Retries' is below zero"],
		['the model', { model: '' }, "'Model' is empty"],
		['the credential', { credential: { baseUrl: 'nowhere' } }, 'The base URL in the credential'],
	])(
		'an error in %s keeps its message and advice on the way to the user',
		async (_, run, message) => {
			const error = await failureOf(supply(run));
			expect(error.message).toContain(message);
			expect(error.description).toBeTruthy();
			// Only such errors reach the user unchanged; n8n turns others into 'Error in sub-node'.
			expect(error.functionality).toBe('configuration-node');
			expect(error.context.itemIndex).toBe(0);
			expect(simulator.requests).toHaveLength(0);
		},
	);

	test('n8n without the AI node SDK loads the node and says what to do', async () => {
		let failure: Promise<NodeApiError> | undefined;
		await jest.isolateModulesAsync(async () => {
			jest.doMock('@n8n/ai-node-sdk', () => {
				throw new Error("Cannot find module '@n8n/ai-node-sdk'");
			});
			const isolated = await import(
				'../../../nodes/LmChatWandbInference/LmChatWandbInference.node'
			);
			const context = createSupplyContext({ baseUrl: simulator.baseUrl });
			failure = failureOf(new isolated.LmChatWandbInference().supplyData.call(context, 0));
			await failure;
		});
		jest.dontMock('@n8n/ai-node-sdk');
		const error = await failure;
		expect(error?.message).toBe('This version of n8n cannot run the W&B Inference Chat Model');
		expect(error?.description).toContain('Update n8n');
	});
});

describe('Stop', () => {
	test.each(['invoke', 'stream'] as const)('ends an open request, %s', async (method) => {
		simulator.fault({ fault: { kind: 'stall', where: 'inStream', afterEvents: 2 } });
		const stop = new AbortController();
		const { model } = await supply({ signal: stop.signal });
		const call =
			method === 'invoke' ? model.invoke(question) : model.stream(question).then(readStream);
		const failure = failureOf(call);
		await until(() => simulator.requests.length > 0);
		stop.abort();
		expect((await failure).message).toContain('cancelled');
		await until(() => simulator.statistics.inFlight === 0);
		expect(simulator.requests).toMatchObject([{ outcome: 'aborted' }]);
	});

	test('of the agent alone ends a request too', async () => {
		simulator.fault({ fault: { kind: 'stall', where: 'beforeHeaders' } });
		const stop = new AbortController();
		const { model } = await supply();
		const failure = failureOf(model.invoke(question, { signal: stop.signal }));
		await until(() => simulator.requests.length > 0);
		stop.abort();
		await failure;
		await until(() => simulator.statistics.inFlight === 0);
		expect(simulator.requests).toMatchObject([{ outcome: 'aborted' }]);
	});

	test('of the reader aborts the rest of a stream', async () => {
		const slow = await startStrictSimulator({ tokensPerSecond: 50 });
		try {
			const { model } = await supply({ baseUrl: slow.baseUrl });
			for await (const { text } of await model.stream([new HumanMessage('[[tokens: 500]]')])) {
				if (text !== '') break;
			}
			await until(() => slow.statistics.inFlight === 0);
			expect(slow.statistics.aborted).toBe(1);
		} finally {
			await slow.close();
		}
	});
});

async function until(condition: () => boolean): Promise<void> {
	while (!condition()) await new Promise(setImmediate);
}

const withoutId = ({ description }: NodeApiError) => description?.replace(/Request ID: .*/, '');
