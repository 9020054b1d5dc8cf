import {
	sleep,
	type IAllExecuteFunctions,
	type IHttpRequestOptions,
	type IN8nHttpFullResponse,
	type JsonObject,
} from 'n8n-workflow';
import { credentialName } from './connection';
import { connectionError, silenceError } from './connectionError';
import { cancelledError, InferenceError } from '../InferenceError';

export interface TransportRequest {
	method: 'GET' | 'POST';
	/** Below the base URL, with its leading slash. */
	path: string;
	body?: JsonObject;
	headers?: Record<string, string>;
	/** Longest silence, before the first byte or between two; 0 waits without limit. */
	timeoutMs: number;
	signal?: AbortSignal;
}

export interface TransportResponse {
	status: number;
	/** Names in lower case. */
	headers: Record<string, string>;
	/** The body as it arrives. Leaving the loop early closes the connection. */
	chunks: AsyncGenerator<Uint8Array, void, undefined>;
}

/** Sends one request and returns once the head of the answer is there, whatever its status. */
export type Transport = (request: TransportRequest) => Promise<TransportResponse>;

/**
 * A transport over n8n's authenticated HTTP helper, so that proxy settings, outbound rules and the
 * credential are n8n's own. Redirects are not followed: the key goes to `baseUrl` and nowhere else.
 *
 * Throws `InferenceError`s of the kinds connection, certificate, timeout, credential and cancelled.
 */
export function createTransport(context: IAllExecuteFunctions, baseUrl: string): Transport {
	return async (request) => {
		const exchange = new Exchange(request, baseUrl);
		const options: IHttpRequestOptions = {
			method: request.method,
			url: `${baseUrl}${request.path}`,
			headers: { Accept: 'application/json, text/event-stream', ...request.headers },
			body: request.body,
			encoding: 'stream',
			returnFullResponse: true,
			ignoreHttpStatusErrors: true,
			disableFollowRedirect: true,
			timeout: 0,
			abortSignal: exchange.signal,
		};
		try {
			const response: IN8nHttpFullResponse =
				await context.helpers.httpRequestWithAuthentication.call(
					withCancelSignal(context, exchange.signal),
					credentialName,
					options,
				);
			exchange.sawBytes();
			return {
				status: response.statusCode,
				headers: lowerCaseNames(response.headers),
				chunks: exchange.read(response.body as unknown as AsyncIterable<Uint8Array>),
			};
		} catch (error) {
			exchange.end();
			throw exchange.explain(error);
		}
	};
}

/**
 * n8n's helper replaces the request's signal by the execution's cancel signal. Given a context
 * whose cancel signal is ours (it follows the execution's), it aborts for our reasons too.
 */
function withCancelSignal(
	context: IAllExecuteFunctions,
	signal: AbortSignal,
): IAllExecuteFunctions {
	return Object.create(context, { getExecutionCancelSignal: { value: () => signal } });
}

function lowerCaseNames(headers: JsonObject | object): Record<string, string> {
	return Object.fromEntries(
		Object.entries(headers).map(([name, value]) => [name.toLowerCase(), String(value)]),
	);
}

/** The life of one request: its abort signal, its watch for silence, and why it ended. */
class Exchange {
	private readonly abort = new AbortController();

	private readonly watch = new AbortController();

	private readonly timeoutMs: number;

	private readonly cancelSignal?: AbortSignal;

	private lastByteAtMs = performance.now();

	private failure?: InferenceError;

	constructor(
		{ timeoutMs, signal }: TransportRequest,
		private readonly baseUrl: string,
	) {
		this.timeoutMs = timeoutMs;
		this.cancelSignal = signal;
		if (signal?.aborted) throw cancelledError();
		signal?.addEventListener('abort', this.onCancel, { once: true });
		if (timeoutMs > 0) void this.watchForSilence();
	}

	get signal(): AbortSignal {
		return this.abort.signal;
	}

	sawBytes(): void {
		this.lastByteAtMs = performance.now();
	}

	async *read(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, undefined> {
		let complete = false;
		try {
			for await (const chunk of body) {
				this.sawBytes();
				yield chunk;
			}
			complete = true;
		} catch (error) {
			throw this.explain(error);
		} finally {
			this.end();
			if (!complete) this.abort.abort(ended);
		}
	}

	/** Stops watching; the request itself may go on. */
	end(): void {
		this.watch.abort(ended);
		this.cancelSignal?.removeEventListener('abort', this.onCancel);
	}

	explain(error: unknown): InferenceError {
		return this.failure ?? connectionError(error, this.baseUrl);
	}

	private readonly onCancel = (): void => this.giveUp(cancelledError());

	private giveUp(failure: InferenceError): void {
		this.failure = failure;
		this.abort.abort(failure);
	}

	/** One sleeper for the whole exchange instead of one for each chunk. */
	private async watchForSilence(): Promise<void> {
		for (;;) {
			const leftMs = this.lastByteAtMs + this.timeoutMs - performance.now();
			if (leftMs <= 0) return this.giveUp(silenceError(this.timeoutMs));
			const sleepMs = Math.min(Math.ceil(leftMs), longestTimerMs);
			await sleep(sleepMs, this.watch.signal).catch(() => undefined);
			if (this.watch.signal.aborted) return;
		}
	}
}

/** The reason given to abort(): without one, Node.js makes an error with a stack trace each time. */
const ended = new Error('The request has ended');

/** Node.js fires timers longer than this at once. */
const longestTimerMs = 2 ** 31 - 1;
