import type { CatalogModel } from './readCatalog';

/** Less than this has little in common. */
const minSimilarity = 0.45;

/** The IDs of up to three live models that are spelled like the one that was not found. */
export function nearestModels(wanted: string, models: CatalogModel[]): string[] {
	return models
		.filter(({ stage }) => stage !== 'retired' && stage !== 'deprecated')
		.map(({ id }) => ({ id, similarity: similarityOf(wanted, id) }))
		.filter(({ id, similarity }) => similarity >= minSimilarity && id !== wanted)
		.sort((left, right) => right.similarity - left.similarity)
		.slice(0, 3)
		.map(({ id }) => id);
}

/** The share of pairs of neighboring characters that two IDs have in common (Dice's coefficient). */
function similarityOf(left: string, right: string): number {
	const leftPairs = pairsIn(left);
	const rightPairs = pairsIn(right);
	const common = [...leftPairs].filter((pair) => rightPairs.has(pair)).length;
	return (2 * common) / Math.max(1, leftPairs.size + rightPairs.size);
}

function pairsIn(id: string): Set<string> {
	const text = id.toLowerCase();
	return new Set(
		Array.from({ length: Math.max(0, text.length - 1) }, (_, at) => text.slice(at, at + 2)),
	);
}
