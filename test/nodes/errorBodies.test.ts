import type { InferenceErrorKind } from '../../inference/InferenceError';
import { readErrorResponse } from '../../inference/http/responseBody';
import { isRetried } from '../../inference/pacing/retry';
import { adviceFor } from '../../nodes/shared/advice';
import { readRetryPolicy } from '../../nodes/shared/readRetryPolicy';
import { chunksOf, respond } from '../support/cannedResponse';

interface Expected {
	kind: InferenceErrorKind;
	message: string | RegExp;
	advice: RegExp;
	retried?: boolean;
}

const json = (body: object) => JSON.stringify(body);
const wandb = (code: number, message: string) => json({ error: { code, message } });
const openai = (message: string, fields: object = {}) =>
	json({ error: { message, type: 'invalid_request_error', param: null, code: null, ...fields } });
const vllm = (code: number, message: string, param: string | null = null) =>
	json({ error: { message, type: 'BadRequestError', param, code } });
const fastApi = (...detail: object[]) => json({ detail });
const litellm = (message: string, fields: object = {}) =>
	json({ error: { message, type: 'None', param: 'None', code: '400', ...fields } });
const page = (title: string) => `<!DOCTYPE html><html><head><title>${title}</title></head></html>`;

/** As these products write their errors, by their public documentation and source code. */
const responses: Array<[who: string, status: number, body: string, expected: Expected]> = [
	[
		'W&B',
		401,
		wandb(401, 'Authentication failed'),
		{ kind: 'authentication', message: 'Authentication failed', advice: /wandb\.ai\/authorize/ },
	],
	[
		'W&B',
		402,
		wandb(402, 'You exceeded your current quota, please check your plan and billing details'),
		{ kind: 'quota', message: /^You exceeded/, advice: /W&B Billing/ },
	],
	[
		'W&B',
		403,
		wandb(403, 'Country, region, or territory not supported'),
		{ kind: 'region', message: /^Country/, advice: /geographic/ },
	],
	[
		'W&B',
		403,
		wandb(403, 'The inference gateway is not enabled for your organization'),
		{ kind: 'forbidden', message: /not enabled/, advice: /admin of your W&B organization/ },
	],
	[
		'W&B',
		404,
		wandb(404, 'Model not found: openai/gpt-9'),
		{ kind: 'notFound', message: 'Model not found: openai/gpt-9', advice: /'From List'/ },
	],
	[
		'W&B',
		429,
		wandb(429, 'Concurrency limit reached for requests'),
		{ kind: 'concurrency', message: /^Concurrency/, advice: /Run fewer at once/, retried: true },
	],
	[
		'W&B',
		429,
		wandb(429, 'You exceeded your current quota, please check your plan and billing details'),
		{ kind: 'quota', message: /^You exceeded/, advice: /credits/ },
	],
	[
		'W&B',
		429,
		wandb(429, "W&B Inference isn't available for personal accounts"),
		{ kind: 'personalAccount', message: /personal accounts$/, advice: /Create a team/ },
	],
	[
		'W&B',
		500,
		wandb(500, 'The server had an error while processing your request'),
		{ kind: 'server', message: /^The server/, advice: /Run again/, retried: true },
	],
	[
		'W&B',
		503,
		wandb(503, 'The engine is currently overloaded, please try again later'),
		{ kind: 'overloaded', message: /overloaded/, advice: /Fallback Models/, retried: true },
	],
	[
		'vLLM',
		400,
		vllm(
			400,
			"This model's maximum context length is 8192 tokens. However, you requested 9000 tokens.",
		),
		{ kind: 'badRequest', message: /^This model's/, advice: /Shorten the messages/ },
	],
	[
		'vLLM',
		400,
		vllm(400, 'best_of is not yet supported', 'best_of'),
		{
			kind: 'badRequest',
			message: 'best_of is not yet supported',
			advice: /^Correct or remove 'best_of'\./,
		},
	],
	[
		'vLLM',
		400,
		json({
			object: 'error',
			message: 'temperature must be non-negative',
			type: 'BadRequestError',
			param: 'temperature',
			code: 400,
		}),
		{
			kind: 'badRequest',
			message: /^temperature must/,
			advice: /^Correct or remove 'Temperature' in Options\./,
		},
	],
	[
		'vLLM',
		400,
		vllm(400, 'Value error, at least 1', 'max_tokens'),
		{
			kind: 'badRequest',
			message: 'max_tokens: Value error, at least 1',
			advice: /'Max Tokens' in Options/,
		},
	],
	[
		'vLLM',
		404,
		vllm(404, 'The model `gone` does not exist.'),
		{ kind: 'notFound', message: 'The model `gone` does not exist.', advice: /'From List'/ },
	],
	[
		'OpenAI',
		400,
		openai("Unsupported value: 'temperature' does not support 0.2", { param: 'temperature' }),
		{ kind: 'badRequest', message: /^Unsupported value/, advice: /'Temperature' in Options/ },
	],
	[
		'OpenAI',
		400,
		openai('Your input exceeds the limits.', {
			code: 'context_length_exceeded',
			param: 'messages',
		}),
		{
			kind: 'badRequest',
			message: 'messages: Your input exceeds the limits.',
			advice: /larger context/,
		},
	],
	[
		'OpenAI',
		401,
		openai('Incorrect API key provided', { code: 'invalid_api_key' }),
		{ kind: 'authentication', message: 'Incorrect API key provided', advice: /API key/ },
	],
	[
		'OpenAI',
		429,
		openai(
			'Rate limit reached for gpt-4o in organization org-1 on tokens per min (TPM): Limit 30000, Used 29000. Please try again in 2s. You can increase your rate limit by adding a payment method at https://platform.openai.com/account/billing.',
			{ type: 'tokens', code: 'rate_limit_exceeded' },
		),
		{ kind: 'rateLimit', message: /^Rate limit reached/, advice: /Max Retries/, retried: true },
	],
	[
		'OpenAI',
		429,
		openai('Please contact us.', { type: 'insufficient_quota', code: 'insufficient_quota' }),
		{ kind: 'quota', message: 'Please contact us.', advice: /credits/ },
	],
	[
		'LiteLLM',
		400,
		litellm(
			'Invalid model name passed in model=gone. Call `/v1/models` to view available models for your key.',
		),
		{ kind: 'notFound', message: /^Invalid model name/, advice: /'From List'/ },
	],
	[
		'LiteLLM',
		400,
		litellm('Budget has been exceeded! Current cost: 2, Max budget: 1', {
			type: 'budget_exceeded',
		}),
		{ kind: 'quota', message: /^Budget/, advice: /not retried/ },
	],
	[
		'LiteLLM',
		401,
		litellm(
			"key not allowed to access model. This key can only access models=['a']. Tried to access b",
			{ type: 'key_model_access_denied', param: 'model', code: '401' },
		),
		{ kind: 'notFound', message: /^(model: )?key not allowed/, advice: /Select another model/ },
	],
	[
		'LiteLLM',
		401,
		litellm('Authentication Error, Invalid proxy server token passed', {
			type: 'auth_error',
			code: '401',
		}),
		{ kind: 'authentication', message: /^Authentication Error/, advice: /API key/ },
	],
	[
		'LiteLLM',
		429,
		litellm('Max parallel request limit reached. Hit limit for api_key: 1'),
		{ kind: 'concurrency', message: /parallel/, advice: /Run fewer/, retried: true },
	],
	[
		'LiteLLM',
		429,
		litellm('No deployments available for selected model, Try again in 5 seconds.'),
		{ kind: 'rateLimit', message: /^No deployments/, advice: /Max Retries/, retried: true },
	],
	[
		'FastAPI',
		422,
		fastApi({
			loc: ['body', 'top_k'],
			msg: 'Input should be a valid integer',
			type: 'int_parsing',
		}),
		{
			kind: 'badRequest',
			message: 'top_k: Input should be a valid integer',
			advice: /^Correct or remove 'top_k'/,
		},
	],
	[
		'FastAPI',
		422,
		fastApi(
			{ loc: ['body', 'temperature'], msg: 'too high' },
			{ loc: ['body', 'seed'], msg: 'not an integer' },
		),
		{
			kind: 'badRequest',
			message: 'temperature: too high; seed: not an integer',
			advice: /'Temperature' in Options/,
		},
	],
	[
		'FastAPI',
		404,
		json({ detail: 'Not Found' }),
		{ kind: 'notFound', message: 'Not Found', advice: /normally ends in \/v1/ },
	],
	[
		'FastAPI',
		405,
		json({ detail: 'Method Not Allowed' }),
		{ kind: 'badRequest', message: 'Method Not Allowed', advice: /'Base URL'/ },
	],
	[
		'Cloudflare',
		403,
		page('Attention Required! | Cloudflare'),
		{
			kind: 'forbidden',
			message:
				'A firewall or proxy blocked the request (HTTP 403, “Attention Required! | Cloudflare”)',
			advice: /firewall, VPN, and proxy/,
		},
	],
	[
		'Cloudflare',
		521,
		page('example.com | 521: Web server is down'),
		{ kind: 'server', message: /^A gateway .* \(HTTP 521/, advice: /Run again/, retried: true },
	],
	[
		'Cloudflare',
		524,
		'error code: 524',
		{ kind: 'server', message: 'error code: 524', advice: /Run again/, retried: true },
	],
	[
		'nginx',
		413,
		page('413 Request Entity Too Large'),
		{ kind: 'badRequest', message: /too large.*HTTP 413/, advice: /fewer or smaller images/ },
	],
	[
		'nginx',
		502,
		page('502 Bad Gateway'),
		{
			kind: 'server',
			message: /HTTP 502, “502 Bad Gateway”/,
			advice: /check that it is running/,
			retried: true,
		},
	],
	[
		'nginx',
		503,
		page('503 Service Temporarily Unavailable'),
		{ kind: 'overloaded', message: /HTTP 503/, advice: /Fallback Models/, retried: true },
	],
	[
		'nginx',
		504,
		page('504 Gateway Time-out'),
		{ kind: 'server', message: /HTTP 504/, advice: /Run again/, retried: true },
	],
	[
		'a proxy',
		407,
		page('Proxy Authentication Required'),
		{ kind: 'badRequest', message: /^The proxy .*HTTP 407/, advice: /HTTPS_PROXY/ },
	],
	[
		'a gateway',
		400,
		'Unsupported parameter: logit_bias',
		{
			kind: 'badRequest',
			message: 'Unsupported parameter: logit_bias',
			advice: /Check the parameter/,
		},
	],
	[
		'a gateway',
		403,
		'',
		{
			kind: 'forbidden',
			message: 'The service denied access (HTTP 403)',
			advice: /can use this model/,
		},
	],
	[
		'a gateway',
		403,
		json({ error: 'You do not have access to the model x' }),
		{ kind: 'notFound', message: /^You do not/, advice: /Select another model/ },
	],
	[
		'a gateway',
		429,
		'',
		{ kind: 'concurrency', message: /HTTP 429/, advice: /Run fewer/, retried: true },
	],
	[
		'a gateway',
		500,
		json({ message: 'upstream reset', request_id: 'r' }),
		{ kind: 'server', message: 'upstream reset', advice: /Run again/, retried: true },
	],
];

const { retryOn } = readRetryPolicy({});

test.each(responses)('%s, %i: %s', async (_, status, body, expected) => {
	const error = await readErrorResponse(respond({ status, chunks: chunksOf([body]) }));
	expect(error.kind).toBe(expected.kind);
	expect(error.message).toEqual(
		typeof expected.message === 'string'
			? expected.message
			: expect.stringMatching(expected.message),
	);
	expect(adviceFor(error, 'chat')).toMatch(expected.advice);
	expect(isRetried(error, retryOn)).toBe(expected.retried ?? false);
});

test('there are at least 30 of them', () => {
	expect(responses.length).toBeGreaterThanOrEqual(30);
});

test.each([
	[true, /'Project'/],
	[false, /^((?!'Project').)*$/],
])(
	'if the request named a project is %p, the advice on a 401 matches %p',
	async (hasProject, advice) => {
		const response = respond({ status: 401, hasProject, chunks: chunksOf(['']) });
		expect(adviceFor(await readErrorResponse(response), 'chat')).toMatch(advice);
	},
);
