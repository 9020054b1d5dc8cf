import type { Permit } from '../../inference/pacing/Permit';

/**
 * Starts `work`, which must not reject, for the items in order, each with a permit of its own.
 * Nothing of an item is read before there is room for it. Resolves once all started items have
 * ended; rejects if `acquire` does, after which no more items are started. At most `maxUnfinished`
 * items are unfinished at once, including those that wait between two requests.
 */
export async function startItems(
	count: number,
	acquire: () => Promise<Permit | undefined>,
	work: (itemIndex: number, permit: Permit) => Promise<void>,
	maxUnfinished = 256,
): Promise<void> {
	const unfinished = new Set<Promise<void>>();
	try {
		for (let itemIndex = 0; itemIndex < count; ) {
			if (unfinished.size >= maxUnfinished) await Promise.race(unfinished);
			const permit = await acquire();
			if (!permit) continue;
			const item: Promise<void> = work(itemIndex, permit).finally(() => {
				// Without effect if the item has used the permit.
				permit.ended();
				unfinished.delete(item);
			});
			unfinished.add(item);
			itemIndex += 1;
		}
	} finally {
		await Promise.all(unfinished);
	}
}
