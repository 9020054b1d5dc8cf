import fc from 'fast-check';
import { addUsd, costUsd } from '../../inference/catalog/costUsd';
import type { TokenUsage } from '../../inference/completion/completionParts';
import { addUsage } from '../../inference/catalog/addUsage';
import { InferenceError } from '../../inference/InferenceError';
import type { ItemSize } from '../../nodes/WandbInferenceChat/ItemEstimates';
import { RunBudget, type Reservation } from '../../nodes/WandbInferenceChat/RunBudget';

const price = { inputUsdPerMillion: 0.71, outputUsdPerMillion: 3.41 };

/** One request of an item. */
const round = fc.record({
	/** Four characters each: of the first prompt, or of what the results of tools add to it. */
	addedTokens: fc.integer({ min: 1, max: 200 }),
	usedShare: fc.double({ min: 0, max: 1, noNaN: true }),
	/** Whether the service says what the request used. */
	isReported: fc.constantFrom(true, true, true, false),
});

const item = fc.record({
	maxTokens: fc.integer({ min: 1, max: 200 }),
	rounds: fc.array(round, { minLength: 1, maxLength: 6 }),
	/** Whether the last request fails, so that it costs nothing. */
	fails: fc.boolean(),
	/** Whether Stop ends the item somewhere on its way. */
	isStopped: fc.constantFrom(false, false, true),
});

type ItemPlan = typeof item extends fc.Arbitrary<infer Plan> ? Plan : never;

const budget = fc.record(
	{ maxTokens: fc.nat({ max: 20_000 }), maxUsd: fc.nat({ max: 50_000 }).map((n) => n / 1e6) },
	{ requiredKeys: [] },
);

/** What all items together really use, and a check of it. */
class Meter {
	tokens = 0;

	usd = 0;

	constructor(private readonly most: { tokens: number; usd: number }) {}

	add(usage: TokenUsage): void {
		this.tokens += (usage.promptTokens ?? 0) + (usage.completionTokens ?? 0);
		this.usd = addUsd(this.usd, usage.costUsd) ?? NaN;
		expect(this.tokens).toBeLessThanOrEqual(this.most.tokens);
		expect(this.usd).toBeLessThanOrEqual(this.most.usd);
	}
}

/** Runs an item through its rounds; `pause` lets other items go on. */
async function runItem(
	run: RunBudget,
	meter: Meter,
	{ maxTokens, rounds, fails }: ItemPlan,
	{ signal, pause }: { signal: AbortSignal; pause: (where: string) => Promise<unknown> },
): Promise<void> {
	const sizeOf = (promptTokens: number): ItemSize => ({
		promptLength: 4 * promptTokens,
		maxTokens,
		choiceCount: 1,
		requestCount: 1,
		callsTools: true,
		price,
	});
	let promptTokens = 0;
	let paid: TokenUsage | undefined;
	let reservation: Reservation | undefined;
	try {
		for (const [index, { addedTokens, usedShare, isReported }] of rounds.entries()) {
			await pause('between');
			promptTokens += addedTokens;
			if (!reservation) reservation = await run.reserve(sizeOf(promptTokens), signal);
			else await reservation.extend({ usage: paid }, sizeOf(promptTokens), signal);
			await pause('request');
			if (fails && index === rounds.length - 1) throw new InferenceError('', { kind: 'server' });
			const usage = { promptTokens, completionTokens: Math.floor(usedShare * maxTokens) };
			const withCost = { ...usage, costUsd: costUsd(usage, price) };
			meter.add(withCost);
			paid = addUsage(paid, isReported ? withCost : undefined);
			promptTokens += usage.completionTokens;
		}
		reservation?.settle({ usage: paid });
	} catch (error) {
		reservation?.fail(signal.aborted ? undefined : paid && { usage: paid });
		await Promise.reject(error);
	}
}

test('items with tool rounds of growing prompts never exceed the budget or wait for ever', async () => {
	const seen = { refused: 0, refusedLater: 0, ended: 0 };
	await fc.assert(
		fc.asyncProperty(
			budget,
			fc.array(item, { minLength: 1, maxLength: 25 }),
			fc.scheduler(),
			async ({ maxTokens = Infinity, maxUsd = Infinity }, items, scheduler) => {
				const run = new RunBudget({ maxTokens, maxUsd });
				const meter = new Meter({ tokens: maxTokens, usd: maxUsd });
				const ends = items.map(async (plan, index) => {
					const stop = new AbortController();
					const pause = async (where: string) =>
						await scheduler.schedule(Promise.resolve(), `${where} ${index}`);
					if (plan.isStopped) void pause('stop').then(() => stop.abort());
					await runItem(run, meter, plan, { signal: stop.signal, pause });
				});
				const outcomes = Promise.allSettled(ends);
				await scheduler.waitFor(outcomes);
				for (const outcome of await outcomes) {
					if (outcome.status === 'fulfilled') seen.ended += 1;
					else {
						const { kind, message } = outcome.reason as InferenceError;
						expect(kind).toMatch(/^(budget|cancelled|server)$/);
						if (message.includes('for this item')) seen.refused += 1;
						if (message.includes('another request')) seen.refusedLater += 1;
					}
				}
			},
		),
		{ numRuns: 300 },
	);
	// The cases above are the ones that matter.
	for (const count of Object.values(seen)) expect(count).toBeGreaterThan(50);
});
