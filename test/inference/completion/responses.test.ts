import { readCompletion } from '../../../inference/completion/readCompletion';
import { messageParts } from '../../../inference/completion/completionParts';
import type { ChatCompletion } from '../../../inference/completion/chatCompletion';
import type { InferenceError } from '../../../inference/InferenceError';
import { chunksOf, respond } from '../../support/cannedResponse';

/**
 * What a response with status 200 may look like, and what is read from it. For failures: the kind,
 * the status if there is one, and the message.
 */
interface Row {
	name: string;
	/** `null`: the response has none. */
	type: string | null;
	body: string;
	outcome: string;
}

const sse = 'text/event-stream';
const json = 'application/json';

/** One line of a stream, shortened: the delta of the first choice, and its finish reason. */
const delta = (fields: string, finish = 'null') =>
	`data: {"choices":[{"index":0,"delta":{${fields}},"finish_reason":${finish}}]}\n\n`;
const hi = delta('"content":"Hi"', '"stop"');
const half = delta('"content":"Half of"');
const done = 'data: [DONE]\n\n';
const choice = (message: string) => `{"choices":[{"message":${message},"finish_reason":"stop"}]}`;
const hiBody = choice('{"content":"Hi"}');
const toolPiece = (piece: string, finish?: string) =>
	delta(`"tool_calls":[{"index":0,${piece}}]`, finish);

const accepted: Row[] = [
	{ name: 'a stream', type: sse, body: hi + done, outcome: 'Hi' },
	{ name: 'a stream in other letters', type: 'Text/Event-Stream', body: hi + done, outcome: 'Hi' },
	{ name: 'a stream without a content type', type: null, body: hi + done, outcome: 'Hi' },
	{ name: 'a stream as plain text', type: 'text/plain', body: `\n: hello\n\n${hi}`, outcome: 'Hi' },
	{ name: 'a stream as JSON', type: json, body: `event: chunk\n${hi}${done}`, outcome: 'Hi' },
	{ name: 'JSON as a stream', type: sse, body: `\n ${hiBody}`, outcome: 'Hi' },
	{ name: 'JSON without a content type', type: null, body: hiBody, outcome: 'Hi' },
	{ name: 'blanks around [DONE]', type: sse, body: `${hi}data:  [DONE] \n\n`, outcome: 'Hi' },
	{
		name: 'keep-alive messages as data',
		type: sse,
		body: `data: ping\n\ndata: :keepalive\n\ndata:\n\ndata: null\n\ndata: {"type":"ping"}\n\n${hi}${done}`,
		outcome: 'Hi',
	},
	{
		name: 'other data between',
		type: sse,
		body: `data: hello\n\n${hi}data: 5\n\n${done}`,
		outcome: 'Hi',
	},
	{
		name: 'an error behind the finish reason',
		type: sse,
		body: `${hi}data: {"error":{"code":500,"message":"late"}}\n\n`,
		outcome: 'Hi',
	},
	{
		name: 'broken data behind it',
		type: sse,
		body: `${hi}data: {"usage":\n\n${done}`,
		outcome: 'Hi',
	},
	{
		name: 'content in parts',
		type: sse,
		body: delta('"content":[{"type":"text","text":"H"}]') + delta('"content":["i"]', '"stop"'),
		outcome: 'Hi',
	},
	{
		name: 'content in parts, in JSON',
		type: json,
		body: choice('{"content":[{"type":"text","text":"H"},{"type":"output_text","text":"i"}]}'),
		outcome: 'Hi',
	},
	{
		name: 'empty reasoning beside another name',
		type: json,
		body: choice('{"content":"Hi","reasoning":"","reasoning_content":"Because"}'),
		outcome: 'Hi (Because)',
	},
	{
		name: 'reasoning details in pieces',
		type: sse,
		body:
			delta('"reasoning_details":[{"type":"reasoning.text","index":0,"text":"Be"}]') +
			delta('"reasoning_details":[{"type":"reasoning.text","index":0,"text":"cause"}]') +
			hi,
		outcome: 'Hi (Because)',
	},
	{
		name: 'reasoning that is an object',
		type: json,
		body: choice('{"content":"Hi","reasoning":{"text":"Because"}}'),
		outcome: 'Hi (Because)',
	},
	{
		name: 'a tool call with an ID for each piece',
		type: sse,
		body:
			toolPiece('"id":"a","function":{"name":"f","arguments":"{"}') +
			toolPiece('"id":"b","function":{"name":"","arguments":"}"}', '"tool_calls"'),
		outcome: 'f({})',
	},
	{
		name: 'a tool whose name arrives in pieces',
		type: sse,
		body:
			toolPiece('"id":"a","function":{"name":"get_","arguments":""}') +
			toolPiece('"function":{"name":"weather","arguments":"{}"}', '"tool_calls"'),
		outcome: 'get_weather({})',
	},
	{
		name: 'a custom tool',
		type: json,
		body: choice('{"tool_calls":[{"type":"custom","custom":{"name":"sql","input":"SELECT 1"}}]}'),
		outcome: 'sql(SELECT 1)',
	},
	{ name: 'a legacy completion', type: json, body: '{"choices":[{"text":"Hi"}]}', outcome: 'Hi' },
	{ name: 'a choice that is null', type: json, body: hiBody.replace('[', '[null,'), outcome: 'Hi' },
];

const unfinished = 'incompleteAnswer: The streamed response ended before it was complete';
const errorAs = (type: string) => `data: {"error":{"type":"${type}","message":"No"}}\n\n${done}`;

const refused: Row[] = [
	{ name: '[DONE] after half an answer', type: sse, body: half + done, outcome: unfinished },
	{ name: 'an end after half an answer', type: sse, body: half, outcome: unfinished },
	{ name: '[DONE] alone', type: sse, body: done, outcome: unfinished },
	{
		name: 'an end after keep-alive messages',
		type: sse,
		body: 'data: ping\n\n',
		outcome: unfinished,
	},
	{
		name: 'a broken piece of the answer',
		type: sse,
		body: `data: {"choices":[{\n\n${hi}${done}`,
		outcome: 'invalidAnswer 200: A part of the streamed response is not a chat completion',
	},
	{
		name: 'JSON that is cut off, as a stream',
		type: sse,
		body: hiBody.slice(0, -9),
		outcome: 'incompleteAnswer: The response ended before it was complete',
	},
	{
		name: 'an error in JSON as a stream',
		type: sse,
		body: '{"error":{"code":401,"message":"No"}}',
		outcome: 'authentication 401: No',
	},
	{
		name: 'an error after half an answer',
		type: sse,
		body: `${half}data: {"error":"No"}\n\n`,
		outcome: 'server 500: No',
	},
	{
		name: 'a flat error',
		type: sse,
		body: `${half}data: {"object":"error","code":503,"message":"No"}\n\n${done}`,
		outcome: 'overloaded 503: No',
	},
	{
		name: 'a flat error in JSON',
		type: json,
		body: '{"object":"error","code":400,"message":"No"}',
		outcome: 'badRequest 400: No',
	},
	{
		name: 'a flat error with a status',
		type: json,
		body: '{"status":404,"message":"No"}',
		outcome: 'notFound 404: No',
	},
	{
		name: 'an error with a detail',
		type: json,
		body: '{"detail":"No"}',
		outcome: 'server 500: No',
	},
	{
		name: 'an error of the type error',
		type: sse,
		body: 'data: {"type":"error","error":{"type":"overloaded_error","message":"No"}}\n\n',
		outcome: 'overloaded 503: No',
	},
	{
		name: 'an error event in JSON',
		type: sse,
		body: 'event: error\ndata: {"message":"No","code":"rate_limit_exceeded"}\n\n',
		outcome: 'rateLimit 429: No',
	},
	{
		name: 'an error event in text',
		type: sse,
		body: 'event: error\ndata: No\n\n',
		outcome: 'server 500: No',
	},
	{
		name: 'a rate limit by name',
		type: sse,
		body: errorAs('rate_limit_error'),
		outcome: 'rateLimit 429: No',
	},
	{
		name: 'overload by name',
		type: sse,
		body: errorAs('overloaded_error'),
		outcome: 'overloaded 503: No',
	},
	{
		name: 'an invalid request by name',
		type: sse,
		body: errorAs('invalid_request_error'),
		outcome: 'badRequest 400: No',
	},
	{
		name: 'a wrong key by name',
		type: sse,
		body: errorAs('authentication_error'),
		outcome: 'authentication 401: No',
	},
	{ name: 'an unknown name', type: sse, body: errorAs('constructor'), outcome: 'server 500: No' },
	{
		name: 'a web page',
		type: 'text/html',
		body: '<html>Hi</html>',
		outcome: 'invalidAnswer 200: The response is not a chat completion',
	},
	{
		name: 'no message in any choice',
		type: json,
		body: '{"choices":[{"index":0}]}',
		outcome: 'invalidAnswer 200: The response is not a chat completion',
	},
];

function described({ choices: [first] }: ChatCompletion): string {
	if (!first) return 'nothing';
	const { text, reasoning, toolCalls } = messageParts(first.message);
	const calls = toolCalls.map((call) => `${call.name}(${call.arguments})`);
	return [text, ...calls, reasoning === '' ? '' : `(${reasoning})`].filter(Boolean).join(' ');
}

function describedFailure({ kind, status, message }: InferenceError): string {
	return `${kind}${status === undefined ? '' : ` ${status}`}: ${message}`;
}

async function outcomeOf({ type }: Row, pieces: Array<string | Uint8Array>): Promise<string> {
	const headers: Record<string, string> = type === null ? {} : { 'content-type': type };
	const response = respond({ headers, chunks: chunksOf(pieces) });
	return await readCompletion(response, { choiceCount: 1 }).then(described, describedFailure);
}

describe.each([
	['is read', accepted],
	['is an error', refused],
])('a response %s', (_, rows) => {
	test.each(rows)('$name ($outcome)', async (row) => {
		expect(await outcomeOf(row, [row.body])).toBe(row.outcome);
		const bytes = Array.from(Buffer.from(row.body), (byte) => Uint8Array.of(byte));
		expect(await outcomeOf(row, bytes)).toBe(row.outcome);
	});
});
