import type { AnswerResult } from '../../inference/completeAnswer';
import { InferenceError } from '../../inference/InferenceError';
import type { Permit } from '../../inference/pacing/Permit';
import type { ItemSize, RunBudget } from './RunBudget';

/**
 * Completes an item if the budget of the run has room for it. While that depends on the items in
 * progress, the item gives its permit back, so that it does not hold a slot that others could use.
 */
export async function completeWithinBudget(
	budget: RunBudget,
	size: ItemSize,
	{ permit, signal }: { permit: Permit; signal: AbortSignal },
	complete: (permit: Permit | undefined) => Promise<AnswerResult>,
): Promise<AnswerResult> {
	const immediate = budget.tryReserve(size);
	if (!immediate) permit.ended();
	const reservation = immediate ?? (await budget.reserve(size, signal));
	try {
		const result = await complete(immediate ? permit : undefined);
		reservation.settle(result);
		return result;
	} catch (error) {
		// An answer that was rejected was paid for.
		reservation.settle(error instanceof InferenceError ? error.answer : undefined);
		return await Promise.reject(error);
	}
}
