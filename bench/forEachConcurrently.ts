/**
 * Runs `work`, which must not reject, for the indexes 0 to `count - 1`, with at most `concurrency`
 * at once. Each call also gets the number of the worker (0 to `concurrency - 1`) that runs it.
 */
export async function forEachConcurrently(
	count: number,
	concurrency: number,
	work: (index: number, worker: number) => Promise<void>,
): Promise<void> {
	let next = 0;
	const run = async (worker: number) => {
		while (next < count) {
			const index = next;
			next += 1;
			await work(index, worker);
		}
	};
	await Promise.all(
		Array.from({ length: Math.min(count, concurrency) }, (_, worker) => run(worker)),
	);
}
