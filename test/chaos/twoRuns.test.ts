import { chatParameters } from '../../tools/engine/createExecuteContext';
import type {
	Fault,
	FaultCondition,
	Simulator,
	SimulatorOptions,
} from '../../tools/simulator/simulator';
import { supplyAgentModel } from '../support/agentModel';
import { runChatNode } from '../support/chatNode';
import { startStrictSimulator } from '../support/useSimulator';
import { waitUntil } from '../support/waitUntil';
import { leftOpenSince, openResources } from './openResources';
import { answerOf, promptOf, rowModel, rowOf } from './rows';

jest.setTimeout(60_000);

const batchSize = 150;
const chatSize = 5;
const firstOfChat = 1000;
const firstOfAgent = 2000;

const random = (probability: number, fault: Fault) => ({ when: { probability }, fault });
const after = { 'retry-after-ms': '20' };
const shared: Array<[string, SimulatorOptions, Array<{ when: FaultCondition; fault: Fault }>]> = [
	['a limit of 4', {}, []],
	['a limit of 4 and late heads', { lateHeads: true, timeToFirstTokenMs: 10 }, []],
	['random 429s', {}, [random(0.1, { kind: 'status', status: 429, reason: 'concurrency' })]],
	['random 500s', {}, [random(0.1, { kind: 'status', status: 500, headers: after })]],
	['random 503s', {}, [random(0.05, { kind: 'status', status: 503, headers: after })]],
	['random resets', {}, [random(0.1, { kind: 'reset', where: 'beforeHeaders' })]],
];

let simulator: Simulator;
afterEach(async () => await simulator.close());

test.each(shared)(
	'a chat and an agent beside a batch, with %s, keep their own answers and need not wait for its end',
	async (_, options, rules) => {
		const before = openResources();
		const paidCounts = new Map<number, number>();
		/** How many items of the batch were paid for when the first request of another row ended. */
		const batchPaidBefore = new Map<number, number>();
		let paid = 0;
		let batchPaid = 0;
		simulator = await startStrictSimulator({
			concurrencyLimit: 4,
			latency: { kind: 'constant', ms: 15 },
			keepRequests: false,
			...options,
			onRequest: (request) => {
				const row = rowOf(request);
				if (row >= firstOfChat && !batchPaidBefore.has(row)) batchPaidBefore.set(row, batchPaid);
				const { itemsAnswered } = simulator.statistics;
				if (itemsAnswered === paid) return;
				paid = itemsAnswered;
				paidCounts.set(row, (paidCounts.get(row) ?? 0) + 1);
				if (row < firstOfChat) batchPaid += 1;
			},
		});
		for (const rule of rules) simulator.fault(rule);
		const { baseUrl } = simulator;
		const runNode = async (first: number, count: number) =>
			await runChatNode({
				baseUrl,
				items: Array.from({ length: count }, (__, row) => ({
					json: { prompt: promptOf(first + row) },
				})),
				parameters: chatParameters({
					model: { __rl: true, mode: 'id', value: rowModel },
					messages: { values: [{ role: 'user', content: '={{ $json.prompt }}' }] },
					options: { reasoning: 'disabled' },
				}),
			});

		const batch = runNode(0, batchSize);
		await waitUntil(() => batchPaid >= 20);
		const agent = await supplyAgentModel({
			baseUrl,
			model: rowModel,
			options: { reasoning: 'disabled' },
		});
		const asked = Promise.all(
			Array.from({ length: chatSize }, async (__, row) => {
				return (await agent.model.invoke(promptOf(firstOfAgent + row))).text;
			}),
		);
		const chat = await runNode(firstOfChat, chatSize);
		const agentTexts = await asked;
		const { items } = await batch;

		const textsOf = (output: typeof items) => output.map(({ json }) => json.output);
		const answersFrom = (first: number, count: number) =>
			Array.from({ length: count }, (__, row) => answerOf(first + row));
		expect(textsOf(items)).toEqual(answersFrom(0, batchSize));
		expect(textsOf(chat.items)).toEqual(answersFrom(firstOfChat, chatSize));
		expect(agentTexts).toEqual(answersFrom(firstOfAgent, chatSize));
		expect(batchPaidBefore.size).toBe(2 * chatSize);
		expect(Math.max(...batchPaidBefore.values())).toBeLessThan(batchSize / 2);
		expect([...paidCounts.values()].filter((count) => count !== 1)).toEqual([]);
		expect(paidCounts.size).toBe(batchSize + 2 * chatSize);
		await simulator.close();
		expect(await leftOpenSince(before)).toEqual([]);
	},
);
