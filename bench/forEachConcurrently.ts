/**
 * Runs `work`, which must not reject, for the indexes 0 to `count - 1`, with at most `concurrency`
 * at once.
 */
export async function forEachConcurrently(
	count: number,
	concurrency: number,
	work: (index: number) => Promise<void>,
): Promise<void> {
	let next = 0;
	const run = async () => {
		while (next < count) {
			const index = next;
			next += 1;
			await work(index);
		}
	};
	await Promise.all(Array.from({ length: Math.min(count, concurrency) }, run));
}
