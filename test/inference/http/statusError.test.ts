import { statusError } from '../../../inference/http/statusError';
import { InferenceError, type InferenceErrorKind } from '../../../inference/InferenceError';

describe('statusError', () => {
	const quotaText = 'You exceeded your current quota, please check your plan and billing details';

	test.each<[number, string, InferenceErrorKind]>([
		[401, 'Authentication failed', 'authentication'],
		[402, quotaText, 'quota'],
		[403, 'Country, region, or territory not supported', 'region'],
		[429, 'Concurrency limit reached for requests', 'concurrency'],
		[429, quotaText, 'quota'],
		[429, "W&B Inference isn't available for personal accounts", 'personalAccount'],
		[500, 'The server had an error while processing your request', 'server'],
		[503, 'The engine is currently overloaded, please try again later', 'overloaded'],
	])('reads W&B\'s %i "%s" as %s', (status, serviceMessage, kind) => {
		const error = statusError({ status, serviceMessage, retryAfterMs: 5, requestId: 'r' });
		expect(error).toBeInstanceOf(InferenceError);
		expect(error).toMatchObject({ kind, status, retryAfterMs: 5, requestId: 'r', attempts: 0 });
		expect(error.message).toBe(serviceMessage);
	});

	test.each<[number, InferenceErrorKind, string]>([
		[301, 'redirect', 'redirect'],
		[307, 'redirect', 'redirect'],
		[400, 'badRequest', 'invalid'],
		[401, 'authentication', 'Authentication failed'],
		[402, 'quota', 'quota'],
		[403, 'forbidden', 'denied access'],
		[404, 'notFound', 'not found'],
		[408, 'timeout', 'timed out waiting'],
		[413, 'badRequest', 'too large'],
		[418, 'badRequest', 'rejected'],
		[422, 'badRequest', 'values'],
		[429, 'concurrency', 'Concurrency limit reached'],
		[500, 'server', 'had an error'],
		[502, 'server', 'gateway'],
		[503, 'overloaded', 'overloaded'],
		[504, 'server', 'gateway'],
		[507, 'server', 'had an error'],
		[522, 'server', 'gateway'],
	])('says what a response %i without a message means', (status, kind, words) => {
		const error = statusError({ status });
		expect(error.kind).toBe(kind);
		expect(error.message).toContain(words);
		expect(error.message).toMatch(new RegExp(`\\(HTTP ${status}\\)$`));
	});

	test('gives the reason gateway for the statuses of a gateway only', () => {
		const reasons = [500, 502, 503, 504, 507, 519, 520, 524].map((status) => [
			status,
			statusError({ status }).reason,
		]);
		expect(Object.fromEntries(reasons)).toEqual({
			502: 'gateway',
			504: 'gateway',
			520: 'gateway',
			524: 'gateway',
		});
	});

	test.each<[string, InferenceErrorKind]>([
		['CONCURRENCY limit', 'concurrency'],
		['too many concurrent requests', 'concurrency'],
		['Budget has been exceeded', 'quota'],
		['Check your billing', 'quota'],
		['not for personal accounts', 'personalAccount'],
		['Max parallel request limit reached', 'concurrency'],
		['Rate limit exceeded. Limit type: max_parallel_requests', 'concurrency'],
		['Rate limit: 60 requests a minute', 'rateLimit'],
	])('recognizes a 429 "%s" by its text', (serviceMessage, kind) => {
		expect(statusError({ status: 429, serviceMessage }).kind).toBe(kind);
	});

	test.each<[number, string, InferenceErrorKind]>([
		[400, 'Invalid model name passed in model=x', 'notFound'],
		[400, "{'error': '/chat/completions: invalid model name passed in model=x'}", 'notFound'],
		[400, 'The model needs a name', 'badRequest'],
		[422, 'Invalid model name passed in model=x', 'badRequest'],
	])('reads a %i "%s" as %s', (status, serviceMessage, kind) => {
		expect(statusError({ status, serviceMessage })).toMatchObject({ kind, status });
	});
});
