import {
	sleep,
	type IAllExecuteFunctions,
	type IHttpRequestOptions,
	type IN8nHttpFullResponse,
	type JsonObject,
} from 'n8n-workflow';
import { cancelledError, type InferenceError } from '../InferenceError';
import { credentialName, projectIn, type Connection } from './connection';
import { connectionError, silenceError, unreachableError } from './connectionError';
import { Reachability, suspiciousMs } from './Reachability';
import { redact } from './redact';

export interface TransportRequest {
	method: 'GET' | 'POST';
	/** Relative to the base URL, with a leading slash. */
	path: string;
	body?: JsonObject;
	headers?: Record<string, string>;
	/** Maximum time without receiving any data, in milliseconds; 0 for no limit. */
	timeoutMs: number;
	signal?: AbortSignal;
}

export interface TransportResponse {
	status: number;
	/** Names in lower case. */
	headers: Record<string, string>;
	/** The body as it arrives. Leaving the loop early closes the connection. */
	chunks: AsyncGenerator<Uint8Array, void, undefined>;
	/**
	 * The content is complete. The rest of the body, if there is any, is read for at most `ms`; then
	 * the connection is closed and `chunks` ends.
	 */
	finishWithin(ms: number): void;
	/** Content arrived, not only keep-alive messages. Without it, every byte counts as content. */
	sawContent(): void;
	/** Whether the request named a project. */
	hasProject: boolean;
	/** Removes the API key and quotes of the request from a text of the service. */
	redact(text: string): string;
}

/** Sends one request and returns once the response headers have arrived, whatever the status. */
export type Transport = (request: TransportRequest) => Promise<TransportResponse>;

/**
 * Creates a transport on top of n8n's authenticated HTTP helper, so that n8n's proxy settings,
 * outbound rules, and credential apply. Redirects are not followed: the key goes only to `baseUrl`.
 *
 * Throws `InferenceError`s of the kinds connection, certificate, timeout, credential, and cancelled.
 */
export function createTransport(
	context: IAllExecuteFunctions,
	connection: Connection,
	{ suspectAfterMs = suspiciousMs, probeMs = probeTimeoutMs } = {},
): Transport {
	const { baseUrl } = connection;
	const { httpRequestWithAuthentication } = context.helpers;
	const reachability = reachabilityOf(baseUrl);
	const probe = async () =>
		await httpRequestWithAuthentication.call(context, credentialName, {
			url: `${baseUrl}/models`,
			ignoreHttpStatusErrors: true,
			disableFollowRedirect: true,
			timeout: probeMs,
		});
	const canBeReached = async () => await reachability.check(probe);
	return transportTo(connection, async (options, exchange) => {
		if (!reachability.isProven) void exchange.watchForResponse(suspectAfterMs, canBeReached);
		const caller = withCancelSignal(context, exchange.signal);
		const response: IN8nHttpFullResponse = await httpRequestWithAuthentication.call(
			caller,
			credentialName,
			options,
		);
		reachability.sawResponse();
		return response;
	});
}

const probeTimeoutMs = 10_000;

const reachabilities = new Map<string, Reachability>();

function reachabilityOf(baseUrl: string): Reachability {
	const known = reachabilities.get(baseUrl) ?? new Reachability(() => performance.now());
	reachabilities.set(baseUrl, known);
	return known;
}

/** The same for public addresses, without the credential. Stop does not end its requests. */
export function createPublicTransport(context: IAllExecuteFunctions, baseUrl: string): Transport {
	return transportTo(
		{ baseUrl, apiKey: '' },
		async (options) => await context.helpers.httpRequest(options),
	);
}

function transportTo(
	{ baseUrl, apiKey, project, headers = {} }: Connection,
	sendWithN8n: (options: IHttpRequestOptions, exchange: Exchange) => Promise<IN8nHttpFullResponse>,
): Transport {
	const otherKeys = Object.values(headers);
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
			const response = await sendWithN8n(options, exchange);
			exchange.sawBytes();
			return {
				status: response.statusCode,
				headers: lowerCaseNames(response.headers),
				chunks: exchange.read(response.body as unknown as AsyncIterable<Uint8Array>),
				finishWithin: exchange.finishWithin,
				sawContent: exchange.sawContent,
				hasProject: (project ?? projectIn({ ...headers, ...request.headers })) !== undefined,
				redact: (text) => redact(text, { apiKey, otherKeys, body: request.body }),
			};
		} catch (error) {
			exchange.end();
			throw exchange.explain(error);
		}
	};
}

/**
 * n8n's helper replaces the request's signal with the execution's cancel signal. Called on a context
 * whose cancel signal is the exchange's own, which follows the execution's, it also aborts for a
 * timeout or when the body is no longer needed.
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

/** One request from start to end: its abort signal, its timeout, and why it ended. */
class Exchange {
	private readonly abort = new AbortController();

	private readonly watch = new AbortController();

	private readonly timeoutMs: number;

	private readonly cancelSignal?: AbortSignal;

	private lastByteAtMs = performance.now();

	/** Set once the reader tells content from keep-alive messages. */
	private lastContentAtMs?: number;

	private hasResponse = false;

	private isFinished = false;

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
		this.hasResponse = true;
		this.lastByteAtMs = performance.now();
	}

	readonly sawContent = (): void => {
		this.lastContentAtMs = performance.now();
	};

	readonly finishWithin = (ms: number): void => {
		if (this.isFinished) return;
		this.isFinished = true;
		void sleep(ms, this.watch.signal).then(
			() => {
				if (!this.watch.signal.aborted) this.abort.abort(ended);
			},
			() => undefined,
		);
	};

	async *read(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, undefined> {
		let complete = false;
		try {
			for await (const chunk of body) {
				this.sawBytes();
				yield chunk;
			}
			complete = true;
		} catch (error) {
			// Whatever happens after the content is complete is no error.
			if (!this.isFinished || this.failure?.kind === 'cancelled') throw this.explain(error);
		} finally {
			this.end();
			if (!complete) this.abort.abort(ended);
		}
	}

	/** Stops the timeout and no longer follows the cancel signal. The request itself may continue. */
	end(): void {
		this.watch.abort(ended);
		this.cancelSignal?.removeEventListener('abort', this.onCancel);
	}

	explain(error: unknown): InferenceError {
		return this.failure ?? connectionError(error, this.baseUrl);
	}

	private readonly onCancel = (): void => this.fail(cancelledError());

	private fail(failure: InferenceError): void {
		this.failure = failure;
		this.abort.abort(failure);
	}

	/** Gives up if there is no response after this time and the address cannot be reached. */
	async watchForResponse(ms: number, canBeReached: () => Promise<boolean>): Promise<void> {
		await sleep(ms, this.watch.signal).catch(() => undefined);
		if (this.hasResponse || this.watch.signal.aborted || (await canBeReached())) return;
		const isOpen = !this.hasResponse && !this.watch.signal.aborted;
		if (isOpen) this.fail(unreachableError(this.baseUrl));
	}

	/** Uses one timer for the whole exchange instead of one per chunk. */
	private async watchForSilence(): Promise<void> {
		for (;;) {
			const contentDueMs = (this.lastContentAtMs ?? Infinity) + keepAliveTimeouts * this.timeoutMs;
			const dueMs = Math.min(this.lastByteAtMs + this.timeoutMs, contentDueMs);
			const leftMs = dueMs - performance.now();
			if (leftMs <= 0) return this.fail(silenceError(this.timeoutMs));
			const sleepMs = Math.min(Math.ceil(leftMs), longestTimerMs);
			await sleep(sleepMs, this.watch.signal).catch(() => undefined);
			if (this.watch.signal.aborted) return;
		}
	}
}

/** Reason for abort(): without one, Node.js creates an error with a stack trace each time. */
const ended = new Error('The request has ended');

/** How many timeouts long keep-alive messages alone keep a stream open. */
const keepAliveTimeouts = 3;

/** Node.js fires longer timers immediately. */
const longestTimerMs = 2 ** 31 - 1;
