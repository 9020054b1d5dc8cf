import { forEachConcurrently } from '../../../nodes/WandbInferenceChat/forEachConcurrently';
import { waitUntil } from '../../support/waitUntil';

interface Started {
	index: number;
	worker: number;
	end: () => void;
}

/** Work that ends when the test says so. */
function startWork(count: number, concurrency: number) {
	const started: Started[] = [];
	const done = forEachConcurrently(
		count,
		concurrency,
		async (index, worker) => await new Promise<void>((end) => started.push({ index, worker, end })),
	);
	const workers = () => started.map(({ index, worker }) => [index, worker]);
	return { started, done, workers };
}

test('the next index goes to the worker whose earlier index has ended', async () => {
	const { started, done, workers } = startWork(4, 2);
	expect(workers()).toEqual([
		[0, 0],
		[1, 1],
	]);
	started[1]?.end();
	await waitUntil(() => started.length === 3);
	started[0]?.end();
	await waitUntil(() => started.length === 4);
	expect(workers().slice(2)).toEqual([
		[2, 1],
		[3, 0],
	]);
	started.slice(2).forEach(({ end }) => end());
	await done;
	expect(started).toHaveLength(4);
});

test('fewer indexes than workers are each run once', async () => {
	const { started, done } = startWork(2, 64);
	expect(started.map(({ index }) => index)).toEqual([0, 1]);
	started.forEach(({ end }) => end());
	await done;
	await startWork(0, 64).done;
	expect(started).toHaveLength(2);
});
