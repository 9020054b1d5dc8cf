/** A run of `withRetry` on a fake clock, and the failures that it may meet. */
import { statusError } from '../../inference/http/statusError';
import { InferenceError, type InferenceErrorKind } from '../../inference/InferenceError';
import {
	withRetry,
	type RetryCause,
	type RetryNotice,
	type RetryOptions,
	type RetryPolicy,
} from '../../inference/pacing/retry';
import type { Permit } from '../../inference/pacing/Permit';
import { failureOf } from './cannedResponse';
import { FakeClock } from './fakeClock';

const everyCause: RetryCause[] = ['408', '429', '500', '502', '503', '504', 'connection'];
export const policy: RetryPolicy = {
	maxRetries: 5,
	countsOverloads: true,
	retryOn: new Set(everyCause),
	maxWaitMs: 300_000,
};

export const refused = (status: number, retryAfterMs?: number, serviceMessage?: string) =>
	statusError({ status, retryAfterMs, serviceMessage });
export const overload = (retryAfterMs?: number) => refused(503, retryAfterMs);
export const rejection = (retryAfterMs?: number) => refused(429, retryAfterMs);
export const failed = (kind: InferenceErrorKind, status?: number) =>
	new InferenceError(kind, { kind, status });

export interface RetryRun {
	clock: FakeClock;
	/** The model of each request that was sent. */
	sentTo: string[];
	notices: RetryNotice[];
	outcome: Promise<{ result: string; attempts: number }>;
}

/** Fails with each failure in turn, then answers; the last failure repeats where `forever`. */
export function retryRun(
	failures: unknown[],
	options: Partial<RetryOptions<string>> = {},
	{ random = 0, forever = false } = {},
): RetryRun {
	const clock = new FakeClock(() => random);
	const permit = { waitedMs: 0 } as Permit;
	const sentTo: string[] = [];
	const notices: RetryNotice[] = [];
	const outcome = withRetry<string>({
		models: ['first'],
		policy,
		clock,
		acquire: async () => await Promise.resolve(permit),
		send: async (_, model) => {
			const position = forever ? Math.min(sentTo.length, failures.length - 1) : sentTo.length;
			sentTo.push(model);
			await Promise.resolve();
			if (position < failures.length) throw failures[position];
			return `answer of ${model}`;
		},
		end: () => undefined,
		hasSlotsHeldByOthers: () => false,
		onRetry: (notice) => void notices.push(notice),
		...options,
	});
	return { clock, sentTo, notices, outcome };
}

export const ended = async ({ clock, outcome }: RetryRun) => await clock.runUntil(outcome);
export const failure = async (started: RetryRun) => await failureOf(ended(started));
