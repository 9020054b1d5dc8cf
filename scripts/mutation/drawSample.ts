import { Random } from '../../tools/simulator/random';

/**
 * Draws `count` items at random. Each group contributes in proportion to its size, so that a large
 * folder does not crowd out the others by chance. The same seed draws the same items.
 */
export function drawSample<Item>(
	items: Item[],
	groupOf: (item: Item) => string,
	{ count, seed }: { count: number; seed: number },
): Item[] {
	const random = new Random(seed);
	const groups = new Map<string, Item[]>();
	for (const item of items) {
		const group = groups.get(groupOf(item));
		if (group) group.push(item);
		else groups.set(groupOf(item), [item]);
	}
	// Shares are cut from one line of all groups, so that rounding neither adds nor loses items.
	let passed = 0;
	return [...groups.values()].flatMap((group) => {
		const start = Math.round((passed * count) / items.length);
		passed += group.length;
		const end = Math.round((passed * count) / items.length);
		return shuffled(group, random).slice(0, end - start);
	});
}

function shuffled<Item>(items: Item[], random: Random): Item[] {
	return items
		.map((item) => ({ item, rank: random.next() }))
		.sort((left, right) => left.rank - right.rank)
		.map(({ item }) => item);
}
