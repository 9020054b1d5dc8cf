/** Requests and responses for the tests of `completeChat`. */
import { emptyCatalog } from '../../inference/catalog/CatalogRegistry';
import {
	completeChat,
	type ChatOptions,
	type ChatRequestSource,
} from '../../inference/completeChat';
import { redact } from '../../inference/http/redact';
import type { TransportRequest, TransportResponse } from '../../inference/http/transport';
import { AdaptiveLimiter } from '../../inference/pacing/limiter';
import { Governor } from '../../inference/pacing/Governor';
import type { Permit } from '../../inference/pacing/Permit';
import type { Run } from '../../inference/pacing/RunQueue';
import { chunksOf, deltaEvent, event, jsonHeaders, respond, streamHeaders } from './cannedResponse';
import { FakeClock } from './fakeClock';

export const hiddenText = 'wandb-key-0123456789';
export const prompt =
	'My patient Ann Smith, born on 1 May 1980 in Bern, has\na "rare" illness and a fever since Monday.';

export const messages = [{ role: 'user', content: prompt }];

export const request: ChatRequestSource = {
	model: 'first',
	readMessages: async () => await Promise.resolve(messages),
	loadLength: 0,
	fields: {},
	responseFormat: { type: 'text' },
	tools: [],
	stream: true,
	extraBody: {},
};

export const responseWith =
	(status: number, body: string, headers: Record<string, string> = jsonHeaders) =>
	(): TransportResponse =>
		respond({ status, headers, chunks: chunksOf([body]) });
export const errorResponse = (status: number, message: string, headers = {}) =>
	responseWith(status, JSON.stringify({ error: { message } }), { ...jsonHeaders, ...headers });
export const streamOf = (pieces: string[]) => (): TransportResponse =>
	respond({ headers: streamHeaders, chunks: chunksOf(pieces) });
export const success = streamOf([deltaEvent({ content: 'Hi' }, 'stop'), event('[DONE]')]);

export const run: Run = { maxConcurrency: Infinity };

/** A governor on a clock that stands still. */
export function createGovernor(): { clock: FakeClock; governor: Governor } {
	const clock = new FakeClock(() => 0);
	return { clock, governor: new Governor(new AdaptiveLimiter(), clock) };
}

/** A permit of this governor for a model that is not known yet. */
export async function acquireFrom(governor: Governor): Promise<Permit> {
	const permit = await governor.acquire({ run });
	if (!permit) throw new TypeError('There is no permit');
	return permit;
}

/** Sends the request; each response is returned once, in order, and then the successful one. */
export function sendChat(
	responses: Array<() => TransportResponse>,
	options: Partial<ChatOptions> = {},
	chatRequest = request,
	{ clock, governor } = createGovernor(),
) {
	const sent: Array<{ request: TransportRequest; inFlight: number; atMs: number }> = [];
	const outcome = completeChat(
		{
			clock,
			catalog: emptyCatalog,
			governorFor: () => governor,
			transport: async (transportRequest) => {
				sent.push({ request: transportRequest, inFlight: governor.inFlight, atMs: clock.now() });
				const response = (responses[sent.length - 1] ?? success)();
				const secrets = { apiKey: hiddenText, body: transportRequest.body };
				return await Promise.resolve({ ...response, redact: (text) => redact(text, secrets) });
			},
		},
		chatRequest,
		{
			retryPolicy: {
				maxRetries: 5,
				countsOverloads: true,
				retryOn: new Set(['429', '503']),
				maxWaitMs: 300_000,
			},
			fallbackModels: [],
			extraHeaders: {},
			throughput: { mode: 'adaptive', maxConcurrency: Infinity },
			timeoutMs: 1000,
			run,
			...options,
		},
	);
	return { clock, governor, sent, outcome: clock.runUntil(outcome) };
}
