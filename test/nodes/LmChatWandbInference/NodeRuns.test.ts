import { NodeRuns } from '../../../nodes/LmChatWandbInference/NodeRuns';
import type { Run } from '../../../inference/pacing/RunQueue';

function startCalls(runs: NodeRuns, ...calls: Array<[node: string, maximum?: number]>) {
	const started: Run[] = [];
	const ends: Array<() => void> = [];
	const done = calls.map(
		async ([node, maximum]) =>
			await runs.call(node, maximum, async (run) => {
				started.push(run);
				await new Promise<void>((end) => ends.push(end));
			}),
	);
	return { started, ends, done };
}

test('each call of a node without a maximum is a run of its own', async () => {
	const { started, ends, done } = startCalls(new NodeRuns(), ['a'], ['a']);
	expect(started).toEqual([{ maxConcurrency: 1 }, { maxConcurrency: 1 }]);
	expect(started[0]).not.toBe(started[1]);
	for (const end of ends) end();
	await Promise.all(done);
});

test('calls of a node with a maximum are one run, those of other nodes are not', async () => {
	const { started, ends, done } = startCalls(new NodeRuns(), ['a', 3], ['a', 3], ['b', 3]);
	expect(started[0]).toEqual({ maxConcurrency: 3 });
	expect(started[1]).toBe(started[0]);
	expect(started[2]).not.toBe(started[0]);
	for (const end of ends) end();
	await Promise.all(done);
});

test('a run ends with its last call, even if that fails', async () => {
	const runs = new NodeRuns();
	const first = startCalls(runs, ['a', 3]);
	const failing = runs.call('a', 3, async () => await Promise.reject(new Error('No')));
	await expect(failing).rejects.toThrow('No');
	const second = startCalls(runs, ['a', 3]);
	expect(second.started[0]).toBe(first.started[0]);
	for (const end of [...first.ends, ...second.ends]) end();
	await Promise.all([...first.done, ...second.done]);
	const third = startCalls(runs, ['a', 3]);
	expect(third.started[0]).not.toBe(first.started[0]);
	third.ends[0]?.();
	await Promise.all(third.done);
});
