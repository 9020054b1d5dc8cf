/* eslint-disable @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/no-restricted-globals -- not shipped: runs outside n8n */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { JsonObject } from 'n8n-workflow';
import { readCompletion, type ReadOptions } from '../../inference/completion/readCompletion';
import type { ChatCompletion } from '../../inference/completion/chatCompletion';
import { InferenceError } from '../../inference/InferenceError';
import type { TransportResponse } from '../../inference/http/transport';

/** The folder of the recorded responses. */
export const fixturesFolder = join(__dirname, '..', 'fixtures');

/** The text of a recorded response. */
export function readFixture(file: string): string {
	return readFileSync(join(fixturesFolder, file), 'utf8');
}

/** A response body that arrives in exactly these pieces. */
export async function* chunksOf(pieces: Array<Uint8Array | string>): TransportResponse['chunks'] {
	for (const piece of pieces) yield await Promise.resolve(Buffer.from(piece));
}

export const streamHeaders = { 'content-type': 'text/event-stream; charset=utf-8' };

export const jsonHeaders = { 'content-type': 'application/json' };

/** A response with status 200 and an empty JSON body, except for what the test says. */
export function respond(response: Partial<TransportResponse> = {}): TransportResponse {
	return {
		status: 200,
		headers: jsonHeaders,
		chunks: chunksOf([]),
		finishWithin: () => undefined,
		sawContent: () => undefined,
		hasProject: false,
		redact: (text) => text,
		...response,
	};
}

/** Reads these pieces as a streamed response with status 200. */
export async function readStream(
	pieces: Array<Uint8Array | string>,
	options: Partial<ReadOptions> = {},
): Promise<ChatCompletion> {
	const response = respond({ headers: streamHeaders, chunks: chunksOf(pieces) });
	return await readCompletion(response, { choiceCount: 1, ...options });
}

/** Reads this body as a JSON response with status 200. */
export async function readJson(
	body: unknown,
	options: Partial<ReadOptions> = {},
): Promise<ChatCompletion> {
	const response = respond({ chunks: chunksOf([JSON.stringify(body)]) });
	return await readCompletion(response, { choiceCount: 1, ...options });
}

/** One server-sent event. */
export function event(data: unknown): string {
	return `data: ${typeof data === 'string' ? data : JSON.stringify(data)}\n\n`;
}

/** The event that adds `delta` to one choice. */
export function deltaEvent(
	delta: JsonObject,
	finishReason: string | null = null,
	index = 0,
): string {
	return event({ id: 'a', choices: [{ index, delta, finish_reason: finishReason }] });
}

/** The `InferenceError` that `work` rejects with; anything else fails the test. */
export async function failureOf(work: Promise<unknown>): Promise<InferenceError> {
	const failure: unknown = await work.then(
		() => new Error('It succeeded'),
		(error: unknown) => error,
	);
	if (failure instanceof InferenceError) return failure;
	throw failure;
}
