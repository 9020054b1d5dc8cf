import type { NodeApiError } from 'n8n-workflow';
import { runChatNode } from '../../support/chatNode';
import { chatParameters } from '../../../tools/engine/createExecuteContext';
import type { FaultRule } from '../../../tools/simulator/fault';
import { useSimulator, startStrictSimulator } from '../../support/useSimulator';
import { waitUntil } from '../../support/waitUntil';

const simulator = useSimulator({ blockedRegionApiKeys: ['blocked-key'] });

interface ErrorCase {
	what: string;
	apiKey?: string;
	fault?: FaultRule['fault'];
	model?: string;
	kind: string;
	status: number;
	message: RegExp;
	advice: RegExp;
	requests: number;
}

/** Without retries and waits, tests see the final error at once. */
const noRetries = { maxRetries: 0, maxWait: 0 };

const errorCases: ErrorCase[] = [
	{
		what: '401, a wrong key',
		apiKey: 'wrong-key',
		kind: 'authentication',
		status: 401,
		message: /Authentication failed/,
		advice: /API key.*wandb\.ai\/authorize/,
		requests: 1,
	},
	{
		what: '402, no credits',
		apiKey: 'broke-key',
		kind: 'quota',
		status: 402,
		message: /exceeded your current quota/,
		advice: /W&B Billing/,
		requests: 1,
	},
	{
		what: '403, a blocked country',
		apiKey: 'blocked-key',
		kind: 'region',
		status: 403,
		message: /Country, region, or territory not supported/,
		advice: /geographic restrictions/,
		requests: 1,
	},
	{
		what: '429, quota as in older documentation',
		fault: { kind: 'status', status: 429, reason: 'quota' },
		kind: 'quota',
		status: 429,
		message: /exceeded your current quota/,
		advice: /not retried/,
		requests: 1,
	},
	{
		what: '429, a personal account',
		apiKey: 'personal-key',
		kind: 'personalAccount',
		status: 429,
		message: /isn't available for personal accounts/,
		advice: /Create a team.*'Project'/,
		requests: 1,
	},
	{
		what: '429, too many at once for longer than allowed',
		fault: { kind: 'status', status: 429, reason: 'concurrency' },
		kind: 'concurrency',
		status: 429,
		message: /Concurrency limit reached for requests/,
		advice: /'Max Wait'/,
		requests: 1,
	},
	{
		what: '404, an unknown model',
		model: 'openai/no-such-model',
		kind: 'notFound',
		status: 404,
		message: /openai\/no-such-model/,
		advice: /From List/,
		requests: 1,
	},
	{
		what: '400, an invalid value',
		fault: {
			kind: 'status',
			status: 400,
			body: { error: { code: 400, message: "Invalid 'top_p'" } },
		},
		kind: 'badRequest',
		status: 400,
		message: /Invalid 'top_p'/,
		advice: /parameter that the message names/,
		requests: 1,
	},
	{
		what: "422 in FastAPI's format",
		fault: { kind: 'status', status: 422, body: { detail: [{ msg: 'field required' }] } },
		kind: 'badRequest',
		status: 422,
		message: /field required/,
		advice: /parameter/,
		requests: 1,
	},
	{
		what: '500',
		fault: { kind: 'status', status: 500 },
		kind: 'server',
		status: 500,
		message: /server had an error/,
		advice: /W&B support/,
		requests: 1,
	},
	{
		what: '502, HTML from a gateway',
		fault: { kind: 'status', status: 502 },
		kind: 'server',
		status: 502,
		message: /gateway.*\(HTTP 502, “502 Bad Gateway”\)/,
		advice: /proxy/,
		requests: 1,
	},
	{
		what: '503, overloaded',
		fault: { kind: 'status', status: 503 },
		kind: 'overloaded',
		status: 503,
		message: /engine is currently overloaded/,
		advice: /one or two minutes/,
		requests: 1,
	},
	{
		what: 'a redirect',
		fault: { kind: 'body', status: 302, body: '', headers: { location: 'http://127.0.0.1:9/' } },
		kind: 'redirect',
		status: 302,
		message: /redirect/,
		advice: /'Base URL'/,
		requests: 1,
	},
	{
		what: 'an empty 500',
		fault: { kind: 'body', status: 500, body: '' },
		kind: 'server',
		status: 500,
		message: /server had an error.*\(HTTP 500\)/,
		advice: /short wait/,
		requests: 1,
	},
	{
		what: 'a web page instead of a completion',
		fault: { kind: 'body', status: 200, contentType: 'text/html', body: '<html>Welcome</html>' },
		kind: 'invalidAnswer',
		status: 200,
		message: /not a chat completion/,
		advice: /\/v1.*text\/html/,
		requests: 1,
	},
];

describe.each(errorCases)(
	'$what',
	({ apiKey, fault, model, kind, status, message, advice, requests }) => {
		const run = () => {
			if (fault) simulator.fault({ fault });
			return {
				baseUrl: simulator.baseUrl,
				credential: apiKey === undefined ? {} : { apiKey },
				parameters: chatParameters({
					retryPolicy: noRetries,
					...(model === undefined ? {} : { model: { __rl: true, mode: 'id', value: model } }),
				}),
			};
		};

		test("ends the run with the service's message and advice", async () => {
			const failure: NodeApiError = await runChatNode(run()).catch((error) => error);
			expect(failure.constructor.name).toBe('NodeApiError');
			expect(failure.message).toMatch(message);
			expect(failure.description).toMatch(advice);
			expect(failure.httpCode).toBe(String(status));
			expect(simulator.requests).toHaveLength(requests);
		});

		test('becomes an error item under Continue', async () => {
			const { items } = await runChatNode({ ...run(), onError: 'continueRegularOutput' });
			const { details } = items[0]!.json;
			expect(items[0]!.json.error).toMatch(message);
			expect(details).toMatchObject({ kind, status, attempts: requests });
			expect(details).toHaveProperty('advice', expect.stringMatching(advice));
			expect(Object.keys(items[0]!.json).sort()).toEqual(['details', 'error']);
		});
	},
);

test('errors that waiting cannot fix are not retried under the default policy', async () => {
	for (const apiKey of ['wrong-key', 'broke-key', 'blocked-key', 'personal-key']) {
		simulator.reset();
		await expect(
			runChatNode({ baseUrl: simulator.baseUrl, credential: { apiKey } }),
		).rejects.toThrow();
		expect(simulator.requests).toHaveLength(1);
	}
});

test("the error includes the service's request ID for its support", async () => {
	simulator.fault({ fault: { kind: 'status', status: 400 } });
	const failure: NodeApiError = await runChatNode({ baseUrl: simulator.baseUrl }).catch(
		(error) => error,
	);
	expect(failure.description).toContain(`Request ID: ${simulator.requests[0]?.requestId}`);
});

describe('connection failures', () => {
	const failing = async (baseUrl: string, options = {}) => {
		const parameters = chatParameters({ retryPolicy: noRetries, options });
		return await runChatNode({ baseUrl, parameters }).catch((error: NodeApiError) => error);
	};

	test('a refused connection names the address in its message', async () => {
		expect(await failing('http://127.0.0.1:9/v1')).toMatchObject({
			message: 'The connection to 127.0.0.1:9 was refused',
			description: expect.stringMatching(/gateway is running.*ECONNREFUSED/),
		});
	});

	test('an unknown host has its own message', async () => {
		expect(await failing('http://no-such-host.invalid/v1')).toMatchObject({
			message: 'The address of no-such-host.invalid was not found',
			description: expect.stringContaining('typos'),
		});
	});

	test.each(['beforeHeaders', 'inBody', 'inStream'] as const)(
		'a reset %s has its own message',
		async (where) => {
			simulator.fault({ fault: { kind: 'reset', where } });
			expect(await failing(simulator.baseUrl, { stream: where === 'inStream' })).toMatchObject({
				message: expect.stringMatching(/closed before the response was complete/),
			});
		},
	);

	test('a failed TLS handshake is not retried', async () => {
		const https = simulator.baseUrl.replace('http:', 'https:');
		const failure = await runChatNode({ baseUrl: https }).catch((error: NodeApiError) => error);
		expect(failure).toMatchObject({ message: expect.stringMatching(/secure connection/) });
	});

	test.each(['beforeHeaders', 'inBody', 'inStream'] as const)(
		'silence %s for longer than Timeout ends the request and its connection',
		async (where) => {
			simulator.fault({ fault: { kind: 'stall', where } });
			const failure = await failing(simulator.baseUrl, {
				timeout: 0.2,
				stream: where === 'inStream',
			});
			expect(failure).toMatchObject({
				message: 'The service sent nothing for 0.2 seconds',
				description: expect.stringMatching(/Increase 'Timeout'/),
			});
			await waitUntil(() => simulator.statistics.inFlight === 0);
			expect(simulator.requests[0]?.outcome).toBe('aborted');
		},
	);
});

test('a stream longer than Timeout is not cut off while data keeps arriving', async () => {
	const slow = await startStrictSimulator({ tokensPerSecond: 20 });
	try {
		const { items } = await runChatNode({
			baseUrl: slow.baseUrl,
			parameters: chatParameters({
				messages: { values: [{ role: 'user', content: '[[tokens: 20]] [[reason: ]]' }] },
				options: { timeout: 0.5, reasoning: 'disabled' },
			}),
		});
		expect(items[0]?.json.finishReason).toBe('stop');
	} finally {
		await slow.close();
	}
});

test('an error inside a stream is reported by its code', async () => {
	simulator.fault({ fault: { kind: 'errorInStream', status: 503, message: 'The engine is gone' } });
	const parameters = chatParameters({ retryPolicy: noRetries });
	await expect(runChatNode({ baseUrl: simulator.baseUrl, parameters })).rejects.toMatchObject({
		message: 'The engine is gone',
		httpCode: '503',
	});
});

test('a stream that ends early is an error, not a short answer', async () => {
	simulator.fault({ fault: { kind: 'endStreamEarly' } });
	const parameters = chatParameters({ retryPolicy: noRetries });
	await expect(runChatNode({ baseUrl: simulator.baseUrl, parameters })).rejects.toMatchObject({
		message: 'The streamed response ended before it was complete',
	});
});

test("the prompt and the key are removed from the service's message", async () => {
	const prompt = 'CANARY: my secret diary entry of today, which nobody else may ever read';
	const quote = `Invalid input: {'content': '${prompt}'} for key simulator-key`;
	simulator.fault({ fault: { kind: 'status', status: 400, body: { error: { message: quote } } } });
	const failure: NodeApiError = await runChatNode({
		baseUrl: simulator.baseUrl,
		parameters: chatParameters({ messages: { values: [{ role: 'user', content: prompt }] } }),
	}).catch((error) => error);
	expect(failure.message).toMatch(/^Invalid input: .*\[…\].* for key \[…\]$/);
	expect(JSON.stringify(failure) + String(failure.stack)).not.toMatch(/CANARY|simulator-key/);
});
