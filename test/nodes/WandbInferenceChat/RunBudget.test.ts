import { RunBudget } from '../../../nodes/WandbInferenceChat/RunBudget';
import { failureOf } from '../../support/cannedResponse';
import { settled } from '../../support/fakeClock';

/** An item whose request uses about 100 tokens: 50 for the prompt and at most 50 for the answer. */
const size = { promptLength: 100, maxTokens: 50, choiceCount: 1, requestCount: 1, price: {} };
const sizeWithTools = { ...size, callsTools: true };

const { signal } = new AbortController();

/** What an item has used. */
const paid = (promptTokens: number, completionTokens: number) => ({
	usage: { promptTokens, completionTokens, totalTokens: promptTokens + completionTokens },
});

test('an item that is stopped while it waits does not take the others out of the line', async () => {
	const budget = new RunBudget({ maxTokens: 1000 });
	const sizeUnknown = { ...size, maxTokens: undefined };
	const first = budget.tryReserve(sizeUnknown);
	const stop = new AbortController();
	const stopped = failureOf(budget.reserve(sizeUnknown, stop.signal));
	let isAdmitted = false;
	void budget.reserve(sizeUnknown, signal).then(() => (isAdmitted = true));
	stop.abort();
	expect(await stopped).toMatchObject({ kind: 'cancelled' });
	first?.settle(paid(50, 50));
	await settled();
	expect(isAdmitted).toBe(true);
});

test('items with tools run at once as soon as the first one has ended', () => {
	const budget = new RunBudget({ maxTokens: 1000 });
	const first = budget.tryReserve(sizeWithTools);
	expect(budget.tryReserve(sizeWithTools)).toBeUndefined();
	first?.settle(paid(50, 50));
	expect(budget.tryReserve(sizeWithTools)).toBeDefined();
	expect(budget.tryReserve(sizeWithTools)).toBeDefined();
});

test('an item in progress has room set aside for the rounds that items usually need', async () => {
	const budget = new RunBudget({ maxTokens: 1500 });
	const first = budget.tryReserve(sizeWithTools);
	await first?.extend(paid(50, 50), sizeWithTools, signal);
	first?.settle(paid(100, 500));
	const second = budget.tryReserve(sizeWithTools);
	await second?.extend(paid(50, 50), sizeWithTools, signal);
	// 700 are used, the second item may need 500 more, and a third one 100 and then 500.
	expect(budget.tryReserve(sizeWithTools)).toBeUndefined();
});
