/* eslint-disable @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/no-restricted-globals -- not shipped: runs outside n8n */
import { inspect } from 'node:util';
import type { NodeApiError } from 'n8n-workflow';
import { runChatNode } from '../support/chatNode';
import { startStrictSimulator } from '../support/useSimulator';
import { chaosFaults, type ChaosFault } from './faults';
import { modes, modesFor, runCell, type CellReport, type Mode } from './modes';
import {
	collectGarbage,
	leftOpenSince,
	MemoryWatch,
	openResources,
	settledMemoryMb,
	usedMemoryMb,
} from './openResources';
import { problemsOf } from './verdict';

const maxKeptMb = 10;
const itemsOf = { 1: 'one item', 6: 'six items', 50: 'fifty items' };

// jest ignores the timeout of a project in jest.config.js.
jest.setTimeout(300_000);

/** A warm-up: what the first run loads must not count against the first fault. */
beforeAll(async () => {
	const [fault] = chaosFaults;
	for (const mode of modes) if (fault) await runCell(fault, mode);
});

/** Unhandled rejections fail a test too, because the test runner watches for them. */
describe.each(chaosFaults)('$name', (fault) => {
	const cells = new Map<Mode, CellReport | Error>();
	const own = modesFor(fault);
	let leftOpen: string[] = [];
	let growthMb = 0;
	let keptMb = 0;

	beforeAll(async () => {
		const before = openResources();
		const beforeMb = usedMemoryMb();
		const watch = new MemoryWatch();
		// A cell that fails must not hide the others, nor leave them running.
		const run = async (mode: Mode) =>
			cells.set(mode, await runCell(fault, mode).catch((error: Error) => error));
		try {
			if (fault.maxGrowthMb === undefined) await Promise.all(own.map(run));
			else {
				for (const mode of own) {
					await run(mode);
					collectGarbage();
				}
			}
		} finally {
			watch.end();
			jest.restoreAllMocks();
		}
		leftOpen = await leftOpenSince(before);
		growthMb = watch.peakMb - beforeMb;
		keptMb = (await settledMemoryMb(beforeMb + maxKeptMb)) - beforeMb;
	});

	test.each(own.map((mode) => [nameOf(mode), mode] as const))('%s', (name, mode) => {
		const report = cells.get(mode);
		if (!report || report instanceof Error) throw report ?? new Error('The cell did not run');
		process.stdout.write(`${fault.name} | ${name} | ${summaryOf(report)}\n`);
		expect(problemsOf(fault, mode, report)).toEqual([]);
	});

	test('leaves no sockets, timers, or memory behind', () => {
		const figures = `${growthMb.toFixed(0)} MB at most, ${keptMb.toFixed(1)} MB kept`;
		process.stdout.write(`${fault.name} | ${figures}\n`);
		expect(leftOpen).toEqual([]);
		expect(keptMb).toBeLessThan(maxKeptMb);
		expect(growthMb).toBeLessThan(fault.maxGrowthMb ?? 200);
	});
});

test('a list of models that quotes the key in a 401 does not reveal it', async () => {
	const apiKey = 'simulator-key';
	const simulator = await startStrictSimulator();
	const quoted = [apiKey, `Bearer ${apiKey}`, Buffer.from(apiKey).toString('base64')].join(', ');
	const body = { error: { code: 401, message: `Incorrect API key provided: ${quoted}` } };
	simulator.fault({ path: 'models', fault: { kind: 'status', status: 401, body } });
	const { baseUrl } = simulator;
	const parameters = { resource: 'model', operation: 'getMany', returnAll: true };
	const stopped: NodeApiError = await runChatNode({ baseUrl, parameters }).catch((error) => error);
	const { items } = await runChatNode({
		baseUrl,
		parameters,
		onError: 'continueRegularOutput',
	});
	expect(stopped.message).toBe('Incorrect API key provided: […], Bearer […], […]==');
	const traces = [inspect(stopped, { depth: 12, showHidden: true }), JSON.stringify(items)];
	for (const trace of traces) {
		expect(trace).toContain('Incorrect API key provided');
		expect(trace).not.toContain(apiKey);
	}
	await simulator.close();
});

test('the verdict rejects a cell that reports success despite a fault', async () => {
	const mode = modes.find(({ onError }) => onError === 'Continue');
	const fault = chaosFaults.find(({ name }) => name === 'reset in the body');
	if (!mode || !fault) throw new Error('The matrix no longer has this mode or fault');
	const harmless: ChaosFault = { ...fault, fault: { kind: 'status', status: 200, body: '' } };
	const report = await runCell(fault, mode);
	const successful = { ...report, failures: [], answers: ['row 0'] };
	expect(problemsOf(fault, mode, report)).toEqual([]);
	expect(problemsOf(fault, mode, successful)).not.toEqual([]);
	expect(problemsOf(fault, mode, await runCell(harmless, mode))).not.toEqual([]);
});

function nameOf({ node, isStreamed, rowCount, onError, isLive, feature }: Mode): string {
	const delivery = isLive ? 'shown live' : isStreamed ? 'streamed' : 'not streamed';
	const parts = [node, delivery, itemsOf[rowCount], onError, feature?.name];
	return parts.filter((part) => part !== undefined).join(', ');
}

function summaryOf({ answers, failures, stopped, requests, seconds }: CellReport): string {
	const answered = answers.filter((text) => text !== undefined).length;
	const messages = failures.filter((message) => message !== undefined);
	const sent = requests.reduce((sum, count) => sum + count, 0);
	const parts = [
		...(stopped === undefined ? [`${answered} answered`] : [`stopped: ${stopped}`]),
		...[...new Set(messages)].map((message) => {
			const count = messages.filter((other) => other === message).length;
			return `${count} failed: ${message}`;
		}),
	];
	return `${parts.join('; ')} | ${sent} requests, ${seconds.toFixed(1)} s`;
}
