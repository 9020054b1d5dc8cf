import { sleep } from 'n8n-workflow';
import type { Fault, RecordedRequest, SimulatorOptions } from '../../tools/simulator/simulator';
import { answerTo, eventsOf, isStreamed, jsonCompletion, sendPieces } from './rows';

/**
 * What the user gets for a row that a fault hits: the answer, or an error message after this many
 * requests. More than one request means that a retry overcomes the fault if it is temporary.
 * `waiting`: the node waits as long as the service asked, until it is stopped.
 */
export type Outcome = 'answered' | 'waiting' | { message: RegExp; requests: number | 'several' };

export interface ChaosFault {
	name: string;
	/** What the simulator does; absent if no request reaches a service. */
	fault?: Fault;
	/** The base URL for faults without a service. */
	baseUrl?: string;
	streamed: Outcome;
	whole: Outcome;
	/** The outcome if the user has seen text before the fault. */
	live?: Outcome;
	/** The outcome in the sub-node, if its maximum wait of 300 seconds changes it. */
	inSubNode?: Outcome;
	timeoutSeconds?: number;
	/** Maximum wait in the node, if its default is too short for the rows that a retry saves. */
	maxWaitSeconds?: number;
	/** The service asks for so much time that the other rows of the model may not be sent at all. */
	holdsModel?: boolean;
	/** Hits requests whatever their row: all of them at first and none after that, or some at random. */
	hits?: { firstMs: number } | { probability: number };
	/** Of so many rows, the fault hits one always and one once; 5 by default. */
	everyRows?: number;
	/** How the service behaves in all its responses. */
	simulator?: SimulatorOptions;
	/** How much memory a large fault may take. It hits only the first row and runs one mode at a time. */
	maxGrowthMb?: number;
}

type FaultWithoutOutcome = Omit<ChaosFault, 'streamed' | 'whole'>;

/** A fault that has the same outcome streamed and not streamed. */
const same = (outcome: Outcome, fault: FaultWithoutOutcome): ChaosFault => ({
	...fault,
	streamed: outcome,
	whole: outcome,
});

const closed = { message: /closed before the response was complete/, requests: 2 };
const silent = { message: /^The service sent nothing for 2 seconds/, requests: 1 };
const cutOff = { message: /^The streamed response ended before it was complete/, requests: 2 };
const cutBody = { message: /^The response ended before it was complete/, requests: 2 };
const unreadable = { message: /not a chat completion/, requests: 1 };
const redirected = { message: /^The service responded with a redirect/, requests: 1 };
const rateLimited = { message: /^Rate limit reached/, requests: 2 };
const overloaded = { message: /^The engine is currently overloaded/, requests: 2 };
const tooMany = { message: /^Concurrency limit reached/, requests: 'several' } as const;
const withoutRetry = <Value extends object>(outcome: Value) => ({ ...outcome, requests: 1 });
const tooLong = withoutRetry(overloaded);

/**
 * After several 503s in a row, the requests for the model wait and start one at a time, so many rows
 * with the fault take long.
 */
const overload = (name: string, fault: Fault): ChaosFault =>
	same(overloaded, { name, fault, maxWaitSeconds: 30, everyRows: 25 });

/** A response of its own: `pieces` are the parts of the row's stream or of its JSON body. */
function respondWith(
	pieces: (text: string, request: RecordedRequest) => Iterable<string | Uint8Array>,
	contentType?: string,
): Fault {
	return {
		kind: 'custom',
		handle: async (request, response) => {
			const type = isStreamed(request) ? 'text/event-stream' : 'application/json';
			const sent = pieces(answerTo(request), request);
			await sendPieces(response, contentType ?? type, sent);
		},
	};
}

const body = (text: string, contentType = 'application/json', status = 200): Fault => ({
	kind: 'body',
	status,
	contentType,
	body: text,
});

const retryAfter = (value: string): Fault => ({ kind: 'status', status: 503, retryAfter: value });

const redirect = (location: string): Fault => ({
	kind: 'body',
	status: 307,
	body: '',
	headers: { location },
});

const connectionFaults: ChaosFault[] = [
	same(
		{ message: /^The connection to 127\.0\.0\.1:9 was refused/, requests: 2 },
		{ name: 'connection refused', baseUrl: 'http://127.0.0.1:9/v1' },
	),
	same(
		{ message: /^The address of x{64}\.invalid was not found/, requests: 2 },
		{ name: 'DNS failure', baseUrl: `http://${'x'.repeat(64)}.invalid/v1` },
	),
	same(closed, {
		name: 'reset before the headers',
		fault: { kind: 'reset', where: 'beforeHeaders' },
	}),
	same(closed, {
		name: 'reset in the body',
		fault: { kind: 'reset', where: 'inBody' },
		live: withoutRetry(closed),
	}),
	same(closed, {
		name: 'reset in the middle of a stream',
		fault: { kind: 'reset', where: 'inStream', afterEvents: 6 },
		live: withoutRetry(closed),
	}),
	same(silent, {
		name: 'headers that never arrive',
		fault: { kind: 'stall', where: 'beforeHeaders' },
		timeoutSeconds: 2,
	}),
	same(silent, {
		name: 'a body that stalls',
		fault: { kind: 'stall', where: 'inBody' },
		timeoutSeconds: 2,
	}),
	same(silent, {
		name: 'a stream that stalls',
		fault: { kind: 'stall', where: 'inStream', afterEvents: 6 },
		timeoutSeconds: 2,
	}),
];

const responseFaults: ChaosFault[] = [
	{
		name: 'an end without [DONE] or finish reason',
		fault: { kind: 'endStreamEarly', afterEvents: 6 },
		streamed: cutOff,
		whole: cutBody,
		live: withoutRetry(cutOff),
	},
	same('answered', {
		name: 'an end without [DONE] after the finish reason',
		fault: respondWith((text, request) =>
			isStreamed(request) ? eventsOf(text).slice(0, 2) : [jsonCompletion(text)],
		),
	}),
	same('answered', {
		name: 'no end after [DONE]',
		fault: {
			kind: 'custom',
			handle: async (request, response) => {
				const text = answerTo(request);
				if (!isStreamed(request)) {
					return await sendPieces(response, 'application/json', [jsonCompletion(text)]);
				}
				response.writeHead(200, { 'content-type': 'text/event-stream' });
				response.write(eventsOf(text).join(''));
			},
		},
	}),
	same('answered', {
		name: 'a head that arrives late',
		fault: {
			kind: 'custom',
			handle: async (request, response) => {
				await sleep(300);
				const text = answerTo(request);
				if (!isStreamed(request)) {
					return await sendPieces(response, 'application/json', [jsonCompletion(text)]);
				}
				await sendPieces(response, 'text/event-stream', eventsOf(text));
			},
		},
	}),
	{
		name: 'truncated JSON',
		fault: respondWith((text, request) =>
			isStreamed(request)
				? ['data: {"choices": [{"delta"\n\n']
				: [jsonCompletion(text).slice(0, -9)],
		),
		streamed: unreadable,
		whole: cutBody,
	},
	same(unreadable, { name: 'malformed JSON', fault: body('["choices": ]') }),
	{
		name: 'malformed server-sent events',
		fault: respondWith(() => ['<?xml?>\nchoices\n\n: :\n\n']),
		streamed: cutOff,
		whole: unreadable,
	},
	same('answered', {
		name: 'comments and keep-alive lines',
		fault: respondWith((text, request) =>
			isStreamed(request)
				? eventsOf(text).flatMap((event) => [': keep-alive\n\n', '\n', 'event: ping\n\n', event])
				: [' \n', jsonCompletion(text), ' \n'],
		),
	}),
	same(
		{ message: /^The engine stumbled/, requests: 2 },
		{
			name: 'an error object in a 200 response',
			fault: respondWith((_, request) => {
				const error = JSON.stringify({ error: { code: 500, message: 'The engine stumbled' } });
				return isStreamed(request) ? [`data: ${error}\n\n`, 'data: [DONE]\n\n'] : [error];
			}),
		},
	),
	same(
		{ message: /gateway.*\(HTTP 502, “502 Bad Gateway”\)/, requests: 2 },
		{ name: 'an HTML 502 from a gateway', fault: { kind: 'status', status: 502 } },
	),
	{
		name: 'an empty body',
		fault: respondWith(() => []),
		streamed: cutOff,
		whole: unreadable,
	},
	same(unreadable, { name: 'a 204 response', fault: { kind: 'body', status: 204, body: '' } }),
	same(redirected, { name: 'a redirect to the same origin', fault: redirect('/v1/models') }),
	same(redirected, {
		name: 'a redirect to another origin',
		fault: redirect('http://127.0.0.1:9/v1'),
	}),
	same(unreadable, {
		name: 'the wrong content type: a web page',
		fault: body('<html>Welcome</html>', 'text/html'),
	}),
	same('answered', {
		name: 'the wrong content type: JSON as plain text',
		fault: respondWith((text) => [jsonCompletion(text)], 'text/plain'),
	}),
	same('answered', {
		name: 'UTF-8 split inside a character',
		fault: respondWith((text, request) => {
			const bytes = Buffer.from(
				isStreamed(request) ? eventsOf(text).join('') : jsonCompletion(text),
			);
			return Array.from({ length: Math.ceil(bytes.length / 3) }, (_, part) =>
				bytes.subarray(3 * part, 3 * part + 3),
			);
		}),
	}),
];

const megabyte = 1024 * 1024;

function* repeated(text: string, count: number): Generator<string> {
	for (let index = 0; index < count; index += 1) yield text;
}

const largeFaults: ChaosFault[] = [
	{
		name: '100 MB of keep-alive',
		fault: respondWith(function* (text, request) {
			const comment = `${':'.padEnd(1022, '-')}\n\n`;
			const [first = '', ...rest] = isStreamed(request)
				? eventsOf(text)
				: ['', jsonCompletion(text)];
			yield first;
			yield* repeated(isStreamed(request) ? comment.repeat(1024) : ' '.repeat(megabyte), 100);
			yield* rest;
		}),
		streamed: 'answered',
		whole: 'answered',
		maxGrowthMb: 200,
	},
	same(
		{ message: /^The server had an error.*\(HTTP 500\)/, requests: 2 },
		{
			name: 'a 100 MB error page',
			fault: {
				kind: 'custom',
				handle: async (_, response) => {
					const page = repeated('<html>'.padEnd(megabyte), 100);
					await sendPieces(response, 'text/html', page, 500);
				},
			},
			maxGrowthMb: 80,
		},
	),
	same(unreadable, {
		name: '100 MB that are not a completion',
		fault: respondWith(function* (_, request) {
			if (isStreamed(request)) yield 'data: ';
			yield* repeated('x'.repeat(megabyte), 100);
			yield '\n\n';
		}),
		// The text exists about three times while it is read, and again as garbage.
		maxGrowthMb: 450,
	}),
	same('answered', {
		name: 'a 1 MB line',
		fault: respondWith((text, request) => {
			const padding = `"padding":"${'x'.repeat(megabyte)}",`;
			return isStreamed(request)
				? eventsOf(text).map((event) => event.replace('{', `{${padding}`))
				: [jsonCompletion(text).replace('{', `{${padding}`)];
		}),
		maxGrowthMb: 120,
	}),
];

const inSeconds = (seconds: number) => new Date(Date.now() + seconds * 1000).toUTCString();

const retryAfterFaults: ChaosFault[] = [
	overload('Retry-After: 0', retryAfter('0')),
	same(rateLimited, {
		name: 'Retry-After: 0 with a rate limit',
		fault: { kind: 'status', status: 429, reason: 'rate', retryAfter: '0' },
	}),
	same(tooMany, {
		name: 'Retry-After: 0 with a concurrency 429',
		fault: { kind: 'status', status: 429, reason: 'concurrency', retryAfter: '0' },
		inSubNode: 'waiting',
		everyRows: 25,
	}),
	overload('Retry-After: 0.5', retryAfter('0.5')),
	same(tooLong, {
		name: 'Retry-After: 120',
		fault: retryAfter('120'),
		inSubNode: 'waiting',
		holdsModel: true,
	}),
	overload('Retry-After: a date one second ahead', {
		kind: 'custom',
		handle: (_, response) => {
			response.writeHead(503, { 'retry-after': inSeconds(1) });
			response.end('{"error":{"message":"The engine is currently overloaded"}}');
		},
	}),
	overload('Retry-After: a past date', retryAfter(inSeconds(-3600))),
	overload('Retry-After: garbage', retryAfter('soon')),
	same(tooLong, { name: 'Retry-After: a day', fault: retryAfter('86400'), holdsModel: true }),
];

const stormFaults: ChaosFault[] = [
	same('answered', {
		name: 'a storm of 429s',
		fault: { kind: 'status', status: 429, headers: { 'retry-after-ms': '20' } },
		hits: { firstMs: 600 },
	}),
	same('answered', {
		name: 'a storm of 503s',
		fault: { kind: 'status', status: 503, retryAfter: '0.2' },
		hits: { firstMs: 600 },
	}),
	same('answered', {
		name: 'a storm of 503s for two seconds, without Retry-After',
		fault: { kind: 'status', status: 503 },
		hits: { firstMs: 2000 },
	}),
	same('answered', {
		name: 'random 429s',
		fault: { kind: 'status', status: 429, reason: 'concurrency' },
		hits: { probability: 0.2 },
	}),
	same('answered', {
		name: 'random 429s at a concurrency limit, with late heads',
		fault: { kind: 'status', status: 429, reason: 'concurrency' },
		hits: { probability: 0.1 },
		simulator: { concurrencyLimit: 4, timeToFirstTokenMs: 20, lateHeads: true },
	}),
	same(tooMany, {
		name: 'a concurrency 429 that persists',
		fault: { kind: 'status', status: 429, reason: 'concurrency' },
		inSubNode: 'waiting',
		everyRows: 25,
	}),
	...[3600, -3600].map((seconds) =>
		same(overloaded, {
			maxWaitSeconds: 30,
			everyRows: 25,
			name: `a clock that jumps ${Math.abs(seconds)} s ${seconds > 0 ? 'ahead' : 'back'}`,
			fault: {
				kind: 'custom',
				handle: (_, response) => {
					const jumped = Date.now.bind(Date);
					const nowMs = performance.timeOrigin + performance.now();
					if (Math.abs(jumped() - nowMs) < 1_000_000) {
						jest.spyOn(Date, 'now').mockImplementation(() => jumped() + seconds * 1000);
					}
					response.writeHead(503, { 'retry-after': new Date(nowMs + 1000).toUTCString() });
					response.end('{"error":{"message":"The engine is currently overloaded"}}');
				},
			},
		}),
	),
];

/** Every fault in the matrix. */
export const chaosFaults: ChaosFault[] = [
	...connectionFaults,
	...responseFaults,
	...largeFaults,
	...retryAfterFaults,
	...stormFaults,
];
