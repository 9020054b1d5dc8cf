import { statusError } from '../../../inference/http/statusError';
import { InferenceError, type InferenceErrorKind } from '../../../inference/InferenceError';
import { backoffMs, serverBackoff } from '../../../inference/pacing/backoff';
import { isRetried, type RetryCause } from '../../../inference/pacing/retry';

const everyCause: RetryCause[] = ['408', '429', '500', '502', '503', '504', 'connection'];

const refused = (status: number, serviceMessage?: string) =>
	statusError({ status, serviceMessage });
const failed = (kind: InferenceErrorKind) => new InferenceError(kind, { kind });

describe('backoffMs', () => {
	test('doubles from half a second to half a minute, with up to half of it left to chance', () => {
		const numbers = [0, 1, 2, 3, 4, 5, 6, 7, 40];
		const longest = [500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000];
		expect(numbers.map((number) => backoffMs(number, 1, serverBackoff))).toEqual(longest);
		expect(numbers.map((number) => backoffMs(number, 0, serverBackoff))).toEqual(
			longest.map((ms) => ms / 2),
		);
	});
});

describe('which failures are retried', () => {
	test.each<[string, InferenceError, RetryCause | undefined]>([
		['408', refused(408), '408'],
		['429 for concurrency', refused(429), '429'],
		['429 for a rate', refused(429, 'Slow down'), '429'],
		['429 for quota', refused(429, 'You exceeded your current quota'), undefined],
		['429 for a personal account', refused(429, 'personal accounts'), undefined],
		['500', refused(500), '500'],
		['501', refused(501), undefined],
		['502', refused(502), '502'],
		['503', refused(503), '503'],
		['504', refused(504), '504'],
		['a gateway without origin (520)', refused(520), '502'],
		['a gateway without origin (523)', refused(523), '502'],
		['a gateway with a slow origin (524)', refused(524), '504'],
		['silence', failed('timeout'), '408'],
		['a lost connection', failed('connection'), 'connection'],
		['an answer that was cut off', failed('incompleteAnswer'), 'connection'],
		...[302, 400, 401, 402, 403, 404, 413, 418, 422].map(
			(status): [string, InferenceError, undefined] => [`${status}`, refused(status), undefined],
		),
		...(
			[
				'certificate',
				'invalidAnswer',
				'invalidOutput',
				'parameter',
				'credential',
				'cancelled',
			] as const
		).map((kind): [string, InferenceError, undefined] => [kind, failed(kind), undefined]),
	])('%s', (_, error, cause) => {
		const alone = everyCause.filter((candidate) => isRetried(error, new Set([candidate])));
		expect(alone).toEqual(cause === undefined ? [] : [cause]);
		expect(isRetried(error, new Set())).toBe(false);
	});
});
