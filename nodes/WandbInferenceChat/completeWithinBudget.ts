import type { AnswerResult } from '../../inference/completeAnswer';
import type { BeforeRound } from '../../inference/completeWithTools';
import { InferenceError } from '../../inference/InferenceError';
import type { Permit } from '../../inference/pacing/Permit';
import type { ItemSize } from './ItemEstimates';
import type { Reservation, RunBudget } from './RunBudget';

/**
 * Completes an item if the budget of the run has room for it. While that depends on the items in
 * progress, the item gives its permit back, so that it does not hold a slot that others could use.
 * `complete` must call what it is given before each further request.
 */
export async function completeWithinBudget(
	budget: RunBudget,
	size: ItemSize,
	{ permit, signal }: { permit: Permit; signal: AbortSignal },
	complete: (permit: Permit | undefined, beforeRound: BeforeRound) => Promise<AnswerResult>,
): Promise<AnswerResult> {
	const immediate = budget.tryReserve(size);
	if (!immediate) permit.ended();
	const reservation = immediate ?? (await budget.reserve(size, signal));
	try {
		const result = await complete(
			immediate ? permit : undefined,
			roomForRounds(reservation, size, signal),
		);
		reservation.settle(result);
		return result;
	} catch (error) {
		// An answer that was rejected was paid for.
		reservation.fail(error instanceof InferenceError ? error.answer : undefined);
		return await Promise.reject(error);
	}
}

/** The prompt of each round contains those before it. */
function roomForRounds(reservation: Reservation, size: ItemSize, signal: AbortSignal): BeforeRound {
	let { promptLength } = size;
	return async (earlier, added) => {
		promptLength += JSON.stringify(added).length;
		await reservation.extend(earlier, { ...size, promptLength }, signal);
	};
}
