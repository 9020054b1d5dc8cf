import fc from 'fast-check';
import { addUsage } from '../../inference/catalog/addUsage';
import { addUsd, costUsd } from '../../inference/catalog/costUsd';
import { readCatalog } from '../../inference/catalog/readCatalog';

const tokens = fc.nat({ max: 10_000_000 });
/** As the catalog has them: whole cents per billion tokens. */
const price = fc.integer({ min: 1, max: 10_000_000 }).map((cents) => cents / 100_000);
const prices = fc.record(
	{ inputUsdPerMillion: price, cachedUsdPerMillion: price, outputUsdPerMillion: price },
	{ requiredKeys: ['inputUsdPerMillion', 'outputUsdPerMillion'] },
);
const counts = fc.record(
	{
		promptTokens: tokens,
		completionTokens: tokens,
		totalTokens: tokens,
		cachedTokens: tokens,
		reasoningTokens: tokens,
		costUsd: fc.nat({ max: 1_000_000_000 }).map((units) => units / 1e11),
	},
	{ requiredKeys: [] },
);
const usage = fc.option(counts, { nil: undefined });

test('a cost is exact, and not below zero', () => {
	fc.assert(
		fc.property(
			fc.record(
				{ promptTokens: tokens, completionTokens: tokens, cachedTokens: tokens },
				{ requiredKeys: ['promptTokens', 'completionTokens'] },
			),
			prices,
			({ promptTokens, completionTokens, cachedTokens }, known) => {
				const cost = costUsd({ promptTokens, completionTokens, cachedTokens }, known);
				const units = (usdPerMillion: number) => BigInt(Math.round(usdPerMillion * 100_000));
				const cached = Math.min(cachedTokens ?? 0, promptTokens);
				const exact =
					BigInt(promptTokens - cached) * units(known.inputUsdPerMillion) +
					BigInt(cached) * units(known.cachedUsdPerMillion ?? known.inputUsdPerMillion) +
					BigInt(completionTokens) * units(known.outputUsdPerMillion);
				expect(cost).toBe(Number(exact) / 1e11);
				expect(cost).toBeGreaterThanOrEqual(0);
			},
		),
		{ numRuns: 1000 },
	);
});

test('the cost of two requests is the sum of their costs', () => {
	const request = fc.record({ promptTokens: tokens, completionTokens: tokens });
	fc.assert(
		fc.property(request, request, prices, (left, right, known) => {
			const cost = costUsd(addUsage(left, right) ?? {}, known);
			expect(cost).toBeCloseTo(addUsd(costUsd(left, known), costUsd(right, known)) ?? NaN, 10);
		}),
		{ numRuns: 1000 },
	);
});

test('the sum of usages does not depend on their order or grouping', () => {
	fc.assert(
		fc.property(counts, counts, counts, (first, second, third) => {
			const left = addUsage(addUsage(first, second), third);
			expect(addUsage(first, addUsage(second, third))).toEqual(left);
			expect(addUsage(addUsage(third, first), second)).toEqual(left);
		}),
		{ numRuns: 1000 },
	);
});

test('the sum of usages loses no tokens, and has a cost only if both have one', () => {
	fc.assert(
		fc.property(usage, usage, (left, right) => {
			const sum = addUsage(left, right);
			expect(sum === undefined).toBe(left === undefined && right === undefined);
			for (const name of ['promptTokens', 'completionTokens', 'totalTokens'] as const) {
				expect(sum?.[name] ?? 0).toBe((left?.[name] ?? 0) + (right?.[name] ?? 0));
			}
			const hasCost = left?.costUsd !== undefined && right?.costUsd !== undefined;
			expect(sum?.costUsd !== undefined).toBe(hasCost);
		}),
		{ numRuns: 1000 },
	);
});

test('any body is a catalog without invalid prices, or none', () => {
	const model = fc.record(
		{
			idPlayground: fc.oneof(fc.string(), fc.jsonValue({ maxDepth: 1 })),
			label: fc.jsonValue({ maxDepth: 1 }),
			contextWindow: fc.oneof(fc.double(), fc.jsonValue({ maxDepth: 1 })),
			priceCentsPerBillionTokensInput: fc.oneof(fc.double(), fc.jsonValue({ maxDepth: 1 })),
			priceCentsPerBillionTokensOutput: fc.oneof(fc.integer(), fc.jsonValue({ maxDepth: 1 })),
			modalitiesInput: fc.jsonValue({ maxDepth: 2 }),
		},
		{ requiredKeys: [] },
	);
	const body = fc.oneof(
		fc.jsonValue(),
		fc.record({ models: fc.array(fc.oneof(model, fc.jsonValue({ maxDepth: 1 }))) }),
	);
	fc.assert(
		fc.property(body, (value) => {
			for (const known of readCatalog(value) ?? []) {
				expect(known.id.trim()).not.toBe('');
				const { contextWindow, inputUsdPerMillion, outputUsdPerMillion } = known;
				for (const number of [contextWindow, inputUsdPerMillion, outputUsdPerMillion]) {
					expect(number ?? 1).toBeGreaterThan(0);
					expect(number ?? 1).toBeLessThan(Infinity);
				}
			}
		}),
		{ numRuns: 1000 },
	);
});
