/* eslint-disable @n8n/community-nodes/no-restricted-imports -- not shipped: runs outside n8n */
import type { ServerResponse } from 'node:http';
import type { TooManyRequestsReason } from './apiError';
import type { RecordedRequest } from './recordedRequest';

/** Where a connection breaks. If the response is not streamed, `inStream` means `inBody`. */
export interface FaultPoint {
	/** `inBody`: halfway through the body. `inStream`: after `afterEvents` events (default 2). */
	where: 'beforeHeaders' | 'inBody' | 'inStream';
	afterEvents?: number;
}

export type Fault =
	/** An error status, by default with the documented body, or a gateway's HTML page for a 502. */
	| {
			kind: 'status';
			status: number;
			/** Selects the documented message of a 429; default `concurrency`. */
			reason?: TooManyRequestsReason;
			body?: object | string;
			headers?: Record<string, string>;
			/** The value of the `Retry-After` header. */
			retryAfter?: string;
			delayMs?: number;
	  }
	/** The connection is reset. */
	| ({ kind: 'reset' } & FaultPoint)
	/** The connection stays open, but nothing more is sent. */
	| ({ kind: 'stall' } & FaultPoint)
	/** The stream ends cleanly, but without a finish reason or `[DONE]`; by default halfway. */
	| { kind: 'endStreamEarly'; afterEvents?: number }
	/** An `{error: {...}}` event in a stream with status 200, followed by `[DONE]`. */
	| { kind: 'errorInStream'; afterEvents?: number; status?: number; message?: string }
	/** Any other response, such as a redirect, a 204, truncated JSON, or HTML. */
	| {
			kind: 'body';
			status?: number;
			contentType?: string;
			body: string | Buffer;
			headers?: Record<string, string>;
	  }
	/** The test sends the response itself. */
	| {
			kind: 'custom';
			handle: (request: RecordedRequest, response: ServerResponse) => void | Promise<void>;
	  };

/** The endpoints: chat completions, the account's models, the public catalog, and Weave's traces. */
export type FaultPath = 'chat' | 'models' | 'catalog' | 'weave';

/** Which requests a fault affects: those that meet all specified conditions, or else all. */
export interface FaultCondition {
	/** Every nth request that passes `model` and `matches`, counted from when the rule was added. */
	every?: number;
	/** Between 0 and 1. The draws depend on the simulator's seed. */
	probability?: number;
	/** Only the first n requests that pass `model` and `matches`. */
	first?: number;
	model?: string;
	matches?: (request: RecordedRequest) => boolean;
}

/**
 * A fault and when it happens. Rules apply to requests that have passed authentication and the
 * concurrency limit, if the endpoint has them. If several match, the first one wins.
 */
export interface FaultRule {
	when?: FaultCondition;
	/** Maximum number of times the rule applies; unlimited by default. */
	times?: number;
	/** The endpoint; default `chat`. */
	path?: FaultPath;
	fault: Fault;
}
