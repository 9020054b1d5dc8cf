import fc from 'fast-check';
import { addUsage } from '../../inference/catalog/addUsage';
import { costUsd } from '../../inference/catalog/costUsd';
import type { TokenUsage } from '../../inference/completion/completionParts';
import { InferenceError } from '../../inference/InferenceError';
import { RunBudget } from '../../nodes/WandbInferenceChat/RunBudget';

const price = { inputUsdPerMillion: 0.71, outputUsdPerMillion: 3.41 };

/** An item with several choices and repairs. Its prompt has one token for four characters. */
const item = fc.record({
	promptTokens: fc.integer({ min: 1, max: 400 }),
	maxTokens: fc.integer({ min: 1, max: 300 }),
	choiceCount: fc.integer({ min: 1, max: 3 }),
	requestCount: fc.integer({ min: 1, max: 3 }),
	/** How much of what it may use it uses. */
	usedShare: fc.double({ min: 0, max: 1, noNaN: true }),
	/** What ends the item; an error costs nothing. */
	end: fc.constantFrom('answer', 'answer', 'error', 'stop'),
});
type Item = typeof item extends fc.Arbitrary<infer Value> ? Value : never;
const budgets = fc.record(
	{ maxTokens: fc.nat({ max: 20_000 }), maxUsd: fc.nat({ max: 50_000 }).map((n) => n / 1e6) },
	{ requiredKeys: [] },
);

function usageOf({ promptTokens, usedShare, ...size }: Item): TokenUsage {
	const most = size.maxTokens * size.choiceCount * size.requestCount;
	const usage = { promptTokens, completionTokens: Math.floor(usedShare * most) };
	return { ...usage, costUsd: costUsd(usage, price) };
}

/** Completes an item as the node does. `step` returns whenever the test wants. */
async function complete(
	budget: RunBudget,
	one: Item,
	step: () => Promise<unknown>,
	onPaid: (usage: TokenUsage) => void,
): Promise<void> {
	const { promptTokens, maxTokens, choiceCount, requestCount, end } = one;
	const stop = new AbortController();
	if (end === 'stop') void step().then(() => stop.abort());
	await step();
	const promptLength = 4 * promptTokens;
	const size = { promptLength, maxTokens, choiceCount, requestCount, price };
	const reservation = budget.tryReserve(size) ?? (await budget.reserve(size, stop.signal));
	await step();
	if (end === 'error') return reservation.fail();
	const usage = usageOf(one);
	onPaid(usage);
	reservation.settle({ usage });
}

test('no order in which items start and end exceeds the budget or holds an item for ever', async () => {
	let completed = 0;
	let refused = 0;
	await fc.assert(
		fc.asyncProperty(
			budgets,
			fc.array(item, { minLength: 1, maxLength: 25 }),
			fc.scheduler(),
			async ({ maxTokens = Infinity, maxUsd = Infinity }, items, scheduler) => {
				const budget = new RunBudget({ maxTokens, maxUsd });
				let paid: TokenUsage = { promptTokens: 0, completionTokens: 0, costUsd: 0 };
				const onPaid = (usage: TokenUsage) => {
					paid = addUsage(paid, usage) ?? {};
					const { promptTokens = NaN, completionTokens = NaN } = paid;
					expect(promptTokens + completionTokens).toBeLessThanOrEqual(maxTokens);
					expect(paid.costUsd).toBeLessThanOrEqual(maxUsd);
				};
				const step = async () => await scheduler.schedule(Promise.resolve());
				const ends = items.map(async (one) => await complete(budget, one, step, onPaid));
				const outcomes = Promise.allSettled(ends);
				await scheduler.waitFor(outcomes);
				for (const outcome of await outcomes) {
					if (outcome.status === 'fulfilled') completed += 1;
					// An expectation that failed is not an InferenceError.
					else if (!(outcome.reason instanceof InferenceError)) throw outcome.reason;
					else if (outcome.reason.kind === 'budget') refused += 1;
					else expect(outcome.reason.kind).toBe('cancelled');
				}
			},
		),
		{ numRuns: 500 },
	);
	for (const count of [completed, refused]) expect(count).toBeGreaterThan(100);
});
