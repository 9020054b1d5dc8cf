import { confidenceInterval } from '../../scripts/mutation/confidenceInterval';
import { drawSample } from '../../scripts/mutation/drawSample';

const items = Array.from({ length: 1000 }, (_, index) => ({
	index,
	folder: index < 700 ? 'large' : index < 990 ? 'medium' : 'small',
}));
const folderOf = ({ folder }: { folder: string }) => folder;

function countsOf(sample: typeof items): Record<string, number> {
	const counts: Record<string, number> = {};
	for (const { folder } of sample) counts[folder] = (counts[folder] ?? 0) + 1;
	return counts;
}

describe('a sample', () => {
	test('contains each folder in proportion', () => {
		const sample = drawSample(items, folderOf, { count: 100, seed: 1 });
		expect(countsOf(sample)).toEqual({ large: 70, medium: 29, small: 1 });
		expect(new Set(sample).size).toBe(100);
	});

	test.each([1, 7, 333, 1000])('of %d items has exactly as many', (count) => {
		expect(drawSample(items, folderOf, { count, seed: 3 })).toHaveLength(count);
	});

	test('is the same for the same seed, and another for another seed', () => {
		const draw = (seed: number) => drawSample(items, folderOf, { count: 50, seed });
		expect(draw(5)).toEqual(draw(5));
		expect(draw(5)).not.toEqual(draw(6));
	});

	test('draws every item with the same probability', () => {
		const drawn = items.map(() => 0);
		for (let seed = 0; seed < 2000; seed += 1) {
			for (const { index } of drawSample(items, folderOf, { count: 100, seed })) drawn[index]! += 1;
		}
		expect(Math.min(...drawn)).toBeGreaterThan(140);
		expect(Math.max(...drawn)).toBeLessThan(260);
	});
});

test('the confidence interval is that of Wilson', () => {
	const rounded = (successes: number, trials: number) =>
		confidenceInterval(successes, trials).map((share) => Number(share.toFixed(4)));
	expect(rounded(90, 100)).toEqual([0.8256, 0.9448]);
	expect(rounded(10, 10)).toEqual([0.7225, 1]);
});
