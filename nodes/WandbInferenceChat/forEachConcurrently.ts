/**
 * Runs `work` for the indexes 0 to `count - 1`, at most `concurrency` at once, each started when an
 * earlier one has ended and in its place (0 to `concurrency - 1`). After a failure nothing more
 * starts, and the failure is thrown once all that runs has ended.
 */
export async function forEachConcurrently(
	count: number,
	concurrency: number,
	work: (index: number, place: number) => Promise<void>,
): Promise<void> {
	let next = 0;
	let hasFailed = false;
	const worker = async (place: number) => {
		while (next < count && !hasFailed) {
			const index = next;
			next += 1;
			await work(index, place).catch((error: unknown) => {
				hasFailed = true;
				return Promise.reject(error);
			});
		}
	};
	const workers = await Promise.allSettled(
		Array.from({ length: Math.min(count, concurrency) }, async (_, place) => await worker(place)),
	);
	const failed = workers.find((outcome) => outcome.status === 'rejected');
	if (failed) throw failed.reason;
}
