import {
	cancelledError,
	InferenceError,
	parameterError,
	refusedAnswerError,
	serviceMessageOf,
	withoutQuotes,
	type InferenceErrorKind,
} from '../../../inference/InferenceError';

describe('refusedAnswerError', () => {
	const quotaText = 'You exceeded your current quota, please check your plan and billing details';

	test.each<[number, string, InferenceErrorKind, string[]]>([
		[401, 'Authentication failed', 'authentication', ['API key', 'team/project']],
		[402, quotaText, 'quota', ['credits', 'cap', 'W&B Billing', 'not retried']],
		[403, 'Country, region, or territory not supported', 'region', ['geographic restrictions']],
		[
			429,
			'Concurrency limit reached for requests',
			'concurrency',
			['at once', "'Max Concurrency'"],
		],
		[429, quotaText, 'quota', ['credits', 'cap', 'W&B Billing', 'not retried']],
		[
			429,
			"W&B Inference isn't available for personal accounts",
			'personalAccount',
			['Create a team', "'team/project'", 'not retried'],
		],
		[
			500,
			'The server had an error while processing your request',
			'server',
			['short wait', 'support', 'request ID'],
		],
		[
			503,
			'The engine is currently overloaded, please try again later',
			'overloaded',
			['one or two minutes', "'Fallback Models'"],
		],
	])('reads W&B\'s %i "%s" as %s', (status, serviceMessage, kind, advice) => {
		const error = refusedAnswerError({ status, serviceMessage, retryAfterMs: 5, requestId: 'r' });
		expect(error).toBeInstanceOf(InferenceError);
		expect(error).toMatchObject({ kind, status, retryAfterMs: 5, requestId: 'r', attempts: 0 });
		expect(error.message).toBe(serviceMessage);
		for (const part of advice) expect(error.advice).toContain(part);
	});

	test.each<[number, InferenceErrorKind, string]>([
		[301, 'redirect', 'redirect'],
		[307, 'redirect', 'redirect'],
		[400, 'badRequest', 'invalid'],
		[401, 'authentication', 'Authentication failed'],
		[402, 'quota', 'quota'],
		[403, 'region', 'not supported'],
		[404, 'notFound', 'not found'],
		[408, 'timeout', 'gave up waiting'],
		[413, 'badRequest', 'too large'],
		[418, 'badRequest', 'refused'],
		[422, 'badRequest', 'values'],
		[429, 'concurrency', 'Concurrency limit reached'],
		[500, 'server', 'had an error'],
		[502, 'server', 'gateway'],
		[503, 'overloaded', 'overloaded'],
		[504, 'server', 'gateway'],
		[507, 'server', 'had an error'],
		[522, 'server', 'gateway'],
	])('says what an answer %i without a message means', (status, kind, words) => {
		const error = refusedAnswerError({ status });
		expect(error.kind).toBe(kind);
		expect(error.message).toContain(words);
		expect(error.message).toMatch(new RegExp(`\\(HTTP ${status}\\)$`));
		expect(error.advice).not.toBe('');
	});

	test.each<[string, InferenceErrorKind]>([
		['CONCURRENCY limit', 'concurrency'],
		['too many concurrent requests', 'concurrency'],
		['Budget has been exceeded', 'quota'],
		['Check your billing', 'quota'],
		['not for personal accounts', 'personalAccount'],
		['Rate limit: 60 requests a minute', 'rateLimit'],
	])('tells a 429 "%s" by its text', (serviceMessage, kind) => {
		expect(refusedAnswerError({ status: 429, serviceMessage }).kind).toBe(kind);
	});
});

describe('serviceMessageOf', () => {
	test.each<[string, unknown, string | undefined]>([
		["W&B's shape", { error: { code: 503, message: 'busy' } }, 'busy'],
		["OpenAI's shape", { error: { message: 'busy', type: 'x', param: null } }, 'busy'],
		['an error that is a text', { error: 'busy' }, 'busy'],
		['a message alone', { object: 'error', message: ' busy ' }, 'busy'],
		["FastAPI's text", { detail: 'Not Found' }, 'Not Found'],
		["FastAPI's list", { detail: [{ loc: ['body', 'n'], msg: 'must be 1' }] }, 'must be 1'],
		["FastAPI's object", { detail: { message: 'no key' } }, 'no key'],
		['a list of errors', { error: [{ message: 'first' }, { message: 'second' }] }, 'first'],
		['an empty message beside a full one', { error: { message: '' }, message: 'busy' }, 'busy'],
		['a message that is no text', { error: { message: 7 } }, undefined],
		['no known field', { status: 'bad' }, undefined],
		['an empty object', {}, undefined],
		['null', null, undefined],
		['a text', 'busy', undefined],
		['nothing', undefined, undefined],
		['an empty list', { detail: [] }, undefined],
	])('reads %s', (_, body, expected) => {
		expect(serviceMessageOf(body)).toBe(expected);
	});

	test('clips a message that is too long for a person', () => {
		const message = serviceMessageOf({ error: { message: 'x'.repeat(10_000) } });
		expect(message).toBe(`${'x'.repeat(500)}…`);
	});
});

describe('withoutQuotes', () => {
	const prompt = 'Dear Dr. Müller, my patient Ann Smith is ill.\nShe needs "rest".';

	test.each<[string, string, string]>([
		['a message that quotes nothing', 'The engine is overloaded', 'The engine is overloaded'],
		['a quoted stretch', "Input 'my patient Ann Smith' is bad", "Input '[…]' is bad"],
		['the whole prompt', `Bad: ${prompt}`, 'Bad: […]'],
		['a quote that was clipped', `Bad: ${prompt.slice(0, 30)}…`, 'Bad: […]…'],
		['two quotes', `a ${prompt.slice(0, 20)} b "${prompt.slice(20, 44)}" c`, 'a […] b "[…]" c'],
		['a word that is in both', 'the patient needs rest', 'the patient needs rest'],
		['a stretch of 15 characters', prompt.slice(0, 15), prompt.slice(0, 15)],
		['a stretch of 16 characters', prompt.slice(0, 16), '[…]'],
		['an empty message', '', ''],
	])('handles %s', (_, message, expected) => {
		expect(withoutQuotes(message, prompt)).toBe(expected);
	});

	test('keeps everything where there is nothing private', () => {
		expect(withoutQuotes(prompt, '')).toBe(prompt);
	});
});

describe('InferenceError', () => {
	test('keeps everything else when its advice grows', () => {
		const error = refusedAnswerError({ status: 503, retryAfterMs: 9, requestId: 'r' });
		error.attempts = 4;
		const more = error.withAdvice('Wait.');
		expect(more).toMatchObject({
			message: error.message,
			kind: 'overloaded',
			advice: 'Wait.',
			status: 503,
			retryAfterMs: 9,
			requestId: 'r',
			attempts: 4,
		});
	});

	test('has words for a bad parameter and for Stop', () => {
		expect(parameterError('What', 'Do')).toMatchObject({
			name: 'InferenceError',
			kind: 'parameter',
			message: 'What',
			advice: 'Do',
		});
		expect(cancelledError()).toMatchObject({ kind: 'cancelled' });
	});
});
