/* eslint-disable @n8n/community-nodes/no-restricted-globals -- not shipped: runs outside n8n */
import { forEachConcurrently } from '../../../nodes/WandbInferenceChat/forEachConcurrently';
import { waitUntil } from '../../support/waitUntil';

interface Started {
	index: number;
	place: number;
	end: () => void;
	fail: (error: Error) => void;
}

/** Work that ends when the test says so. */
function startWork(count: number, concurrency: number) {
	const started: Started[] = [];
	const done = forEachConcurrently(
		count,
		concurrency,
		async (index, place) =>
			await new Promise<void>((end, fail) => started.push({ index, place, end, fail })),
	);
	const places = () => started.map(({ index, place }) => [index, place]);
	return { started, done, places };
}

test('the next index starts in the place where an earlier one has ended', async () => {
	const { started, done, places } = startWork(4, 2);
	expect(places()).toEqual([
		[0, 0],
		[1, 1],
	]);
	started[1]?.end();
	await waitUntil(() => started.length === 3);
	started[0]?.end();
	await waitUntil(() => started.length === 4);
	expect(places().slice(2)).toEqual([
		[2, 1],
		[3, 0],
	]);
	started.slice(2).forEach(({ end }) => end());
	await done;
	expect(started).toHaveLength(4);
});

test('fewer indexes than places are each run once', async () => {
	const { started, done } = startWork(2, 64);
	expect(started.map(({ index }) => index)).toEqual([0, 1]);
	started.forEach(({ end }) => end());
	await done;
	await startWork(0, 64).done;
	expect(started).toHaveLength(2);
});

test('after a failure nothing more starts, and it is thrown once all that runs has ended', async () => {
	const { started, done } = startWork(5, 3);
	let outcome: unknown;
	const settled = done.catch((error: unknown) => (outcome = error));
	started[1]?.fail(new Error('Out of paper'));
	started[2]?.end();
	await new Promise(setImmediate);
	expect(outcome).toBeUndefined();
	started[0]?.end();
	await settled;
	expect(outcome).toEqual(new Error('Out of paper'));
	expect(started).toHaveLength(3);
});
