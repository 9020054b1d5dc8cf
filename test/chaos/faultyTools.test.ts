/* eslint-disable @n8n/community-nodes/no-restricted-imports -- not shipped: runs outside n8n */
import { getEventListeners } from 'node:events';
import type { IDataObject } from 'n8n-workflow';
import { chatParameters, type NodeRun } from '../../tools/engine/createExecuteContext';
import type { Simulator } from '../../tools/simulator/simulator';
import { toolOf } from '../support/connectedTool';
import { runChatNode } from '../support/chatNode';
import { startStrictSimulator } from '../support/useSimulator';
import { waitUntil } from '../support/waitUntil';
import { callFor, draftOf, jsonFormat, schemaOf } from './features';
import { leftOpenSince, openResources } from './openResources';
import { answerOf, promptOf, rowModel } from './rows';

const cyclic: { self?: object } = {};
cyclic.self = cyclic;

jest.setTimeout(30_000);

/** What a tool does, and what the user sees of it. */
const faultyTools: Array<[string, () => unknown, object]> = [
	['throws', () => Promise.reject(new Error('No such city')), { error: 'No such city' }],
	[
		'throws at once',
		() => {
			throw new TypeError('No city');
		},
		{ error: 'No city' },
	],
	['throws a text', () => Promise.reject('No city' as unknown as Error), { error: 'No city' }],
	['throws nothing', () => Promise.reject(undefined as unknown as Error), { error: 'undefined' }],
	[
		'throws an abort error',
		() => Promise.reject(new DOMException('Gone', 'AbortError')),
		{ error: 'Gone' },
	],
	['returns nothing', () => undefined, { result: '' }],
	['returns an object that contains itself', () => cyclic, { error: expect.any(String) }],
	['returns a number that JSON lacks', () => 10n, { result: '"10"' }],
	['returns a function', () => () => 1, { result: '' }],
	['returns half a character', () => '\ud83d', { result: expect.any(String) }],
	['returns 200,000 characters', () => 'x'.repeat(200_000), { result: expect.any(String) }],
	[
		'returns a promise of a promise',
		() => Promise.resolve(Promise.resolve('ok')),
		{ result: 'ok' },
	],
];

interface ToolMode {
	name: string;
	rowCount: number;
	isJson?: boolean;
	isTraced?: boolean;
	run: Partial<NodeRun>;
	stream: boolean;
}

const Continue = { onError: 'continueRegularOutput' } as const;
const modes: ToolMode[] = [
	{ name: 'streamed, Continue', rowCount: 6, run: Continue, stream: true },
	{ name: 'not streamed, Stop', rowCount: 6, run: {}, stream: false },
	{ name: 'shown live', rowCount: 1, run: { onChunk: () => undefined }, stream: true },
	{
		name: 'corrected JSON, traced',
		rowCount: 6,
		isJson: true,
		isTraced: true,
		run: Continue,
		stream: true,
	},
];

async function run(
	simulator: Simulator,
	{ rowCount, isJson, isTraced, run: more, stream }: ToolMode,
	invoke: (config?: { signal?: AbortSignal }) => unknown,
	signal?: AbortSignal,
) {
	const rows = Array.from({ length: rowCount }, (_, row) => row);
	const lookup = toolOf('lookup', (_, config) => invoke(config) as Promise<unknown>);
	return await runChatNode({
		baseUrl: simulator.baseUrl,
		credential: { project: 'team/p', weaveUrl: simulator.weaveUrl },
		connectedTools: [lookup],
		items: rows.map((row) => ({
			json: {
				prompt: `${callFor(row)}${isJson ? `[[answer: ${draftOf(row)}]]` : promptOf(row)}`,
				schema: schemaOf(row),
			},
		})),
		parameters: chatParameters({
			model: { __rl: true, mode: 'id', value: rowModel },
			messages: { values: [{ role: 'user', content: '={{ $json.prompt }}' }] },
			...(isJson ? jsonFormat : {}),
			options: { stream, reasoning: 'disabled', traceToWeave: isTraced === true },
		}),
		...(signal ? { signal } : {}),
		...more,
	});
}

describe.each(faultyTools)('a tool that %s', (_, invoke, expected) => {
	test.each(modes.map((mode) => [mode.name, mode] as const))('%s', async (__, mode) => {
		const simulator = await startStrictSimulator();
		let count = 0;
		const { items } = await run(simulator, mode, () => {
			count += 1;
			return invoke();
		});
		expect(items).toHaveLength(mode.rowCount);
		items.forEach(({ json, pairedItem }, row) => {
			expect(pairedItem).toEqual({ item: row });
			const { output } = json;
			expect(mode.isJson ? (output as IDataObject).text : output).toBe(answerOf(row));
			expect(json.toolRuns).toEqual([{ name: 'lookup', arguments: { row }, ...expected }]);
		});
		expect(count).toBe(mode.rowCount);
		const requestCount = (mode.isJson ? 3 : 2) * mode.rowCount;
		expect(simulator.statistics.itemsAnswered).toBe(requestCount);
		const traced = simulator.weaveCalls.filter(({ parent_id: parent }) => parent === undefined);
		expect(traced).toHaveLength(mode.isTraced ? mode.rowCount : 0);
		await simulator.close();
	});
});

describe.each([
	['ignores that it is stopped', async () => await new Promise(() => undefined)],
	[
		'ends when it is stopped',
		async (config?: { signal?: AbortSignal }) =>
			await new Promise((_, reject) => {
				config?.signal?.addEventListener('abort', () => reject(new Error('Aborted')));
			}),
	],
])('a tool that hangs and %s', (_, invoke) => {
	test.each(modes.map((mode) => [mode.name, mode] as const))('%s', async (__, mode) => {
		const before = openResources();
		const simulator = await startStrictSimulator();
		const stop = new AbortController();
		let running = 0;
		const stopped = run(
			simulator,
			mode,
			(config) => {
				running += 1;
				return invoke(config);
			},
			stop.signal,
		);
		await waitUntil(() => running === mode.rowCount);
		stop.abort();
		await expect(stopped).rejects.toThrow('The execution was cancelled');
		expect(simulator.statistics.inFlight).toBe(0);
		expect(simulator.statistics.itemsAnswered).toBe(mode.rowCount);
		expect(getEventListeners(stop.signal, 'abort')).toEqual([]);
		// Its traces are still sent.
		const sent = mode.isTraced ? mode.rowCount : 0;
		const roots = () =>
			simulator.weaveCalls.filter(({ parent_id: parent }) => parent === undefined);
		await waitUntil(() => roots().length === sent);
		await simulator.close();
		expect(await leftOpenSince(before)).toEqual([]);
	});
});
