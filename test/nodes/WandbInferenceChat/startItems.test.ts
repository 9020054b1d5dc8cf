import { sleep, type IExecuteFunctions, type INodeParameters } from 'n8n-workflow';
import type { Permit } from '../../../inference/pacing/Permit';
import { startItems } from '../../../nodes/WandbInferenceChat/startItems';
import { WandbInferenceChat } from '../../../nodes/WandbInferenceChat/WandbInferenceChat.node';
import {
	chatParameters,
	createExecuteContext,
	type NodeRun,
} from '../../../tools/engine/createExecuteContext';
import { useSimulator } from '../../support/useSimulator';
import { waitUntil } from '../../support/waitUntil';

interface Started {
	itemIndex: number;
	permit: Permit;
	end: () => void;
}

/** Permits and work that the test gives and ends itself. */
function startWork(count: number, maxUnfinished?: number) {
	const started: Started[] = [];
	const asked: Array<{ resolve: (permit?: Permit) => void; reject: (error: Error) => void }> = [];
	const ended: Permit[] = [];
	const done = startItems(
		count,
		async () => await new Promise((resolve, reject) => asked.push({ resolve, reject })),
		async (itemIndex, permit) =>
			await new Promise<void>((end) => started.push({ itemIndex, permit, end })),
		maxUnfinished,
	);
	const givePermit = async () => {
		const permit = { ended: () => void ended.push(permit) } as unknown as Permit;
		const position = asked.length;
		asked.at(-1)?.resolve(permit);
		await waitUntil(() => started.at(-1)?.permit === permit && position > 0);
		return permit;
	};
	return { started, asked, ended, done, givePermit };
}

describe('startItems', () => {
	test('starts each item in order with a permit of its own, which ends with the item', async () => {
		const { started, ended, done, givePermit } = startWork(3);
		const permits = [await givePermit(), await givePermit()];
		expect(started.map(({ itemIndex }) => itemIndex)).toEqual([0, 1]);
		expect(started.map(({ permit }) => permit)).toEqual(permits);
		expect(ended).toEqual([]);
		started[1]?.end();
		await waitUntil(() => ended.length === 1);
		expect(ended[0]).toBe(permits[1]);
		permits.push(await givePermit());
		expect(started[2]).toMatchObject({ itemIndex: 2 });
		for (const { end } of started) end();
		await done;
		expect(new Set(ended)).toEqual(new Set(permits));
	});

	test('asks for one permit at a time, again if it was too late, and for none without items', async () => {
		const { started, asked, done, givePermit } = startWork(1);
		expect(asked).toHaveLength(1);
		asked[0]?.resolve(undefined);
		await waitUntil(() => asked.length === 2);
		expect(started).toEqual([]);
		await givePermit();
		started[0]?.end();
		await done;
		expect(asked).toHaveLength(2);
		const none = startWork(0);
		await none.done;
		expect(none.asked).toEqual([]);
	});

	test('asks for no permit while as many items as allowed are unfinished', async () => {
		const { started, asked, done, givePermit } = startWork(3, 2);
		await givePermit();
		await givePermit();
		await sleep(5);
		expect(asked).toHaveLength(2);
		started[0]?.end();
		await waitUntil(() => asked.length === 3);
		await givePermit();
		for (const { end } of started) end();
		await done;
	});

	test('starts no more items once no permit can be had, and fails when the others have ended', async () => {
		const { started, asked, done, givePermit } = startWork(3);
		let failure: unknown;
		const failing = done.catch((error: unknown) => (failure = error));
		await givePermit();
		await waitUntil(() => asked.length === 2);
		asked[1]?.reject(new Error('Stopped'));
		await sleep(5);
		expect(failure).toBeUndefined();
		started[0]?.end();
		await failing;
		expect(failure).toEqual(new Error('Stopped'));
		expect(started).toHaveLength(1);
		expect(asked).toHaveLength(2);
	});
});

describe('the chat node', () => {
	let answered = 0;
	const simulator = useSimulator({
		latency: { kind: 'constant', ms: 5 },
		onRequest: () => (answered += 1),
	});

	const image = { mimeType: 'image/png', data: 'aW1hZ2U=' };
	const withImage: INodeParameters = {
		messages: {
			values: [
				{ role: 'user', content: 'Look', imageSource: 'binary', binaryPropertyName: 'image' },
			],
		},
	};

	/** Runs the node with images and records what it reads of its items. */
	function runWithImages(count: number, changes: INodeParameters, run: Partial<NodeRun> = {}) {
		const context = createExecuteContext({
			baseUrl: simulator.baseUrl,
			parameters: chatParameters({ ...withImage, ...changes }),
			items: Array.from({ length: count }, () => ({ binary: { image } })),
			...run,
		});
		const itemsRead = new Set<number>();
		const { getNodeParameter } = context;
		const spy = jest.spyOn(context as IExecuteFunctions, 'getNodeParameter');
		spy.mockImplementation((...args: unknown[]) => {
			if (args[0] === 'messages.values') itemsRead.add(Number(args[1]));
			return Reflect.apply(getNodeParameter, context, args) as object;
		});
		const imagesRead: number[] = [];
		let mostUnanswered = 0;
		const read = context.helpers.getBinaryDataBuffer;
		jest
			.spyOn(context.helpers, 'getBinaryDataBuffer')
			.mockImplementation(async (itemIndex, data) => {
				imagesRead.push(itemIndex);
				mostUnanswered = Math.max(mostUnanswered, imagesRead.length - answered);
				return await read(itemIndex, data);
			});
		return {
			done: new WandbInferenceChat().execute.call(context),
			itemsRead,
			imagesRead,
			mostUnanswered: () => mostUnanswered,
		};
	}

	beforeEach(() => (answered = 0));

	test('reads no more items than it sends requests if the first of 200 is refused', async () => {
		simulator.fault({ fault: { kind: 'status', status: 401, delayMs: 500 } });
		const { done, itemsRead, imagesRead } = runWithImages(200, {});
		await expect(done).rejects.toThrow(/Authentication failed/);
		const sent = simulator.requests.length;
		expect(sent).toBeLessThan(20);
		expect(itemsRead.size).toBeLessThanOrEqual(sent);
		expect(imagesRead.length).toBeLessThanOrEqual(sent);
	});

	test('reads images only while their requests are in flight', async () => {
		const { done, imagesRead, mostUnanswered } = runWithImages(30, {
			throughput: { mode: 'fixed', maxConcurrency: 3 },
		});
		await done;
		expect(imagesRead).toEqual(Array.from({ length: 30 }, (_, itemIndex) => itemIndex));
		expect(mostUnanswered()).toBe(3);
	});

	test('reads an image again for a retry', async () => {
		simulator.fault({
			times: 1,
			fault: { kind: 'status', status: 500, headers: { 'retry-after-ms': '5' } },
		});
		const { done, imagesRead } = runWithImages(3, {});
		const [items = []] = await done;
		expect(items.map(({ json }) => json.attempts ?? 1).sort()).toEqual([1, 1, 2]);
		expect(imagesRead).toHaveLength(4);
		expect(simulator.requests).toHaveLength(4);
	});

	test('reads and sends nothing more after Stop', async () => {
		simulator.fault({ fault: { kind: 'stall', where: 'beforeHeaders' } });
		const stop = new AbortController();
		const { done, itemsRead, imagesRead } = runWithImages(
			50,
			{ throughput: { mode: 'fixed', maxConcurrency: 6 } },
			{ signal: stop.signal, onError: 'continueRegularOutput' },
		);
		await waitUntil(() => simulator.requests.length === 6);
		stop.abort();
		await expect(done).rejects.toThrow('The execution was cancelled');
		await waitUntil(() => simulator.statistics.inFlight === 0);
		await sleep(20);
		expect(itemsRead.size).toBe(6);
		expect(imagesRead).toHaveLength(6);
		expect(simulator.requests).toHaveLength(6);
	});
});
