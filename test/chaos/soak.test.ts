/* eslint-disable @n8n/community-nodes/no-restricted-globals -- not shipped: runs outside n8n */
import { runChatNode } from '../support/chatNode';
import { chatParameters } from '../../tools/engine/createExecuteContext';
import { startStrictSimulator } from '../support/useSimulator';
import { leftOpenSince, openResources, usedMemoryMb } from './openResources';
import { answerOf, promptOf, rowModel } from './rows';
import { soakFaults } from './soakFaults';

jest.setTimeout(120_000);

const rowCount = 10_000;
const sampleInterval = 1000;

test('10,000 items with mixed faults are answered or fail for the right reason, and none is paid twice', async () => {
	const samplesMb: number[] = [];
	let answered = 0;
	let hitCount = 0;
	const simulator = await startStrictSimulator({
		concurrencyLimit: 10,
		latency: { kind: 'constant', ms: 20 },
		keepRequests: false,
		faults: soakFaults,
		onRequest: ({ status, outcome }) => {
			if (status === 200 && outcome === 'answered') answered += 1;
			else if (status !== 429) hitCount += 1;
			if (answered > 0 && answered % sampleInterval === 0)
				samplesMb[answered / sampleInterval] ??= usedMemoryMb();
		},
	});
	const before = openResources();
	const startedMs = performance.now();
	const { items, hints } = await runChatNode({
		baseUrl: simulator.baseUrl,
		items: Array.from({ length: rowCount }, (_, row) => ({ json: { prompt: promptOf(row) } })),
		onError: 'continueRegularOutput',
		parameters: chatParameters({
			model: { __rl: true, mode: 'id', value: rowModel },
			messages: { values: [{ role: 'user', content: '={{ $json.prompt }}' }] },
			options: { reasoning: 'disabled' },
		}),
	});
	const seconds = (performance.now() - startedMs) / 1000;

	const wrong = items.filter(({ json, pairedItem }, row) => {
		const isInPosition = (pairedItem as { item: number }).item === row;
		if (row % 500 !== 7) return !isInPosition || json.output !== answerOf(row);
		return !isInPosition || (json.details as { kind?: string } | undefined)?.kind !== 'badRequest';
	});
	const { requests, itemsAnswered, byStatus, inFlight } = simulator.statistics;
	const attempts = items.reduce((sum, { json }) => {
		const { attempts: ofError } = (json.details ?? {}) as { attempts?: number };
		return sum + Number(json.attempts ?? ofError ?? 1);
	}, 0);
	// Each 429 here means that no slot was free, which is the only cost of finding the limit.
	const needed = requests - (byStatus[429] ?? 0);
	process.stdout.write(
		[
			`soak: ${rowCount} items in ${seconds.toFixed(1)} s, ${requests} requests, ${needed} needed`,
			`${itemsAnswered} paid answers, ${hitCount} requests hit a fault, statuses ${JSON.stringify(byStatus)}`,
			`memory every ${sampleInterval} answers: ${samplesMb
				.slice(1)
				.map((used) => used.toFixed(0))
				.join(' ')} MB`,
			`hints: ${hints.map(({ message }) => message).join(' ')}\n`,
		].join('\n'),
	);
	expect(items).toHaveLength(rowCount);
	expect(wrong).toEqual([]);
	expect(itemsAnswered).toBe(rowCount - rowCount / 500);
	expect(attempts).toBe(requests);
	expect(requests).toBeLessThanOrEqual(1.2 * needed);
	expect(hitCount).toBeGreaterThan(0.07 * rowCount);
	expect(inFlight).toBe(0);
	const grownMb = (samplesMb.at(-1) ?? Infinity) - (samplesMb[2] ?? 0);
	expect(grownMb).toBeLessThan(40);
	await simulator.close();
	expect(await leftOpenSince(before.filter((name) => !name.startsWith('TCP')))).toEqual([]);
}, 400_000);
