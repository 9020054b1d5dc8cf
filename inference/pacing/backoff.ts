/**
 * `min(max, first * 2^n) * (0.5 + 0.5 * random)` milliseconds for retry `n` (from 0): exponential
 * backoff, with jitter so that items that failed together do not retry together.
 */
export function backoffMs(
	retry: number,
	random: number,
	{ firstMs, maxMs }: { firstMs: number; maxMs: number },
): number {
	return Math.min(maxMs, firstMs * 2 ** retry) * (0.5 + 0.5 * random);
}

/** Backoff after an error of the server or the connection. */
export const serverBackoff = { firstMs: 500, maxMs: 30_000 };
/** An overloaded engine needs more time. */
export const overloadBackoff = { firstMs: 2000, maxMs: 30_000 };
/** For an item that the service rejects again and again. */
export const rejectionBackoff = { firstMs: 250, maxMs: 5000 };
/** Short, because other clients of the account take the slots that come free in the meantime. */
export const pauseBackoff = { firstMs: 250, maxMs: 1000 };
