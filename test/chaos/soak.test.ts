/* eslint-disable @n8n/community-nodes/no-restricted-globals -- not shipped: runs outside n8n */
import { runChatNode } from '../support/chatNode';
import { chatParameters } from '../../tools/engine/createExecuteContext';
import type { Fault, RecordedRequest } from '../../tools/simulator/simulator';
import { startStrictSimulator } from '../support/useSimulator';
import { leftOpenSince, openResources, usedMemoryMb } from './openResources';
import { answerOf, promptOf, rowModel, rowOf } from './rows';

const rowCount = 10_000;
const samplesEvery = 1000;

/** Ten in a hundred requests meet one of these. */
const faults: Array<[number, Fault]> = [
	[0.02, { kind: 'status', status: 503, headers: { 'retry-after-ms': '100' } }],
	[0.02, { kind: 'status', status: 500, headers: { 'retry-after-ms': '20' } }],
	[0.01, { kind: 'status', status: 502, headers: { 'retry-after-ms': '20' } }],
	[0.01, { kind: 'status', status: 504, headers: { 'retry-after-ms': '20' } }],
	[0.01, { kind: 'reset', where: 'beforeHeaders' }],
	[0.01, { kind: 'reset', where: 'inStream', afterEvents: 3 }],
	[0.01, { kind: 'endStreamEarly' }],
	[0.01, { kind: 'errorInStream', status: 503, message: 'The engine is gone' }],
];
const isHopeless = (request: RecordedRequest) => rowOf(request) % 500 === 7;

test('10,000 items through mixed faults: each answered or failed for a true reason, none paid twice', async () => {
	const samplesMb: number[] = [];
	let answered = 0;
	let hitCount = 0;
	const counted = (fault: Fault, probability: number) => ({
		fault,
		when: { probability, matches: (request: RecordedRequest) => !isHopeless(request) },
	});
	const simulator = await startStrictSimulator({
		concurrencyLimit: 10,
		latency: { kind: 'constant', ms: 20 },
		keepRequests: false,
		faults: [
			{ when: { matches: isHopeless }, fault: { kind: 'status', status: 400 } },
			...faults.map(([probability, fault]) => counted(fault, probability)),
		],
		onRequest: ({ status, outcome }) => {
			if (status === 200 && outcome === 'answered') answered += 1;
			else if (status !== 429) hitCount += 1;
			if (answered > 0 && answered % samplesEvery === 0)
				samplesMb[answered / samplesEvery] ??= usedMemoryMb();
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
		const isPlaced = (pairedItem as { item: number }).item === row;
		if (row % 500 !== 7) return !isPlaced || json.output !== answerOf(row);
		return !isPlaced || (json.details as { kind?: string } | undefined)?.kind !== 'badRequest';
	});
	const { requests, itemsAnswered, byStatus, inFlight } = simulator.statistics;
	const attempts = items.reduce((sum, { json }) => {
		const { attempts: ofError } = (json.details ?? {}) as { attempts?: number };
		return sum + Number(json.attempts ?? ofError);
	}, 0);
	// Every 429 here is a place that was not free: the one cost of finding the limit.
	const needed = requests - (byStatus[429] ?? 0);
	process.stdout.write(
		[
			`soak: ${rowCount} items in ${seconds.toFixed(1)} s, ${requests} requests, ${needed} needed`,
			`${itemsAnswered} paid answers, ${hitCount} requests met a fault, statuses ${JSON.stringify(byStatus)}`,
			`memory at each ${samplesEvery} answers: ${samplesMb
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
