import type { JsonObject } from 'n8n-workflow';
import { isSuccess } from '../http/responseBody';
import { statusError } from '../http/statusError';
import { parseRetryAfterMs } from '../http/parseRetryAfterMs';
import type { Transport, TransportResponse } from '../http/transport';
import { InferenceError } from '../InferenceError';
import { backoffMs, serverBackoff } from '../pacing/backoff';
import type { Clock } from '../pacing/clock';
import type { WeaveCall } from './WeaveCall';

const timeoutMs = 30_000;
const maxRetries = 2;
const maxWaitMs = 10_000;

/** The account that traces are written to. */
export interface WeaveAccount {
	/** `team/project` */
	project: string;
	/** Only sent to the address of the transport. */
	apiKey: string;
}

/** Writes calls to one project in Weave. */
export class WeaveWriter {
	private readonly completePath: string;

	private readonly headers: Record<string, string>;

	/** Older projects only take the start and the end of a call. */
	private takesOnlyEvents = false;

	constructor(
		{ project, apiKey }: WeaveAccount,
		private readonly transport: Transport,
		private readonly clock: Pick<Clock, 'sleep' | 'random'>,
	) {
		const path = project.split('/').map(encodeURIComponent).join('/');
		this.completePath = `/v2/${path}/calls/complete`;
		const basic = Buffer.from(`api:${apiKey}`).toString('base64');
		this.headers = { Accept: 'application/json', Authorization: `Basic ${basic}` };
	}

	/** Writes the calls in one request, again after a temporary error. Returns the final error. */
	async write(calls: WeaveCall[]): Promise<InferenceError | undefined> {
		for (let retries = 0; ; retries += 1) {
			const error = await this.writeOnce(calls);
			if (error === undefined || retries >= maxRetries || !isTemporary(error)) return error;
			const { retryAfterMs = 0 } = error;
			const ownMs = backoffMs(retries, this.clock.random(), serverBackoff);
			await this.clock.sleep(Math.min(maxWaitMs, Math.max(ownMs, retryAfterMs)));
		}
	}

	private async writeOnce(calls: WeaveCall[]): Promise<InferenceError | undefined> {
		if (!this.takesOnlyEvents) {
			const error = await this.post(this.completePath, { batch: calls as unknown as JsonObject[] });
			if (error?.status !== 404 && error?.status !== 405) return error;
			this.takesOnlyEvents = true;
		}
		return await this.post('/call/upsert_batch', { batch: calls.flatMap(toEvents) });
	}

	private async post(path: string, body: JsonObject): Promise<InferenceError | undefined> {
		try {
			const { headers } = this;
			const response = await this.transport({ method: 'POST', path, body, headers, timeoutMs });
			await readToEnd(response);
			return isSuccess(response) ? undefined : errorOf(response);
		} catch (error) {
			if (error instanceof InferenceError) return error;
			return new InferenceError('The request failed', { kind: 'connection' });
		}
	}
}

/** What the service says is not quoted, because it may contain the key or a prompt. */
function errorOf({ status, headers }: TransportResponse): InferenceError {
	const retryAfterMs = parseRetryAfterMs(headers, Date.now());
	const serviceMessage = status === 404 ? 'The address was not found (HTTP 404)' : undefined;
	return statusError({ status, retryAfterMs, ...(serviceMessage ? { serviceMessage } : {}) });
}

/** So that the connection can be used again. */
async function readToEnd({ chunks, finishWithin }: TransportResponse): Promise<void> {
	finishWithin(1000);
	for await (const chunk of chunks) void chunk;
}

function isTemporary({ kind, status = 0 }: InferenceError): boolean {
	return status === 429 || status >= 500 || kind === 'connection' || kind === 'timeout';
}

function toEvents(call: WeaveCall): JsonObject[] {
	const { ended_at, output, exception, summary, ...start } = call;
	const { project_id, id } = call;
	const end = { project_id, id, ended_at, output, exception, summary };
	return [
		{ mode: 'start', req: { start: start as unknown as JsonObject } },
		{ mode: 'end', req: { end: end as unknown as JsonObject } },
	];
}
