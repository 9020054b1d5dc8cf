/* eslint-disable @n8n/community-nodes/no-restricted-imports -- not shipped: runs outside n8n */
import type { ServerResponse } from 'node:http';

import type { TooManyRequestsReason } from './apiError';
import type { RecordedRequest } from './recordedRequest';

/** Where a connection breaks. `inStream` of an answer that isn't streamed means `inBody`. */
export interface FaultPoint {
	/** `inBody` is after half of the whole body; `inStream` is after `afterEvents` whole events (2 when left out). */
	where: 'beforeHeaders' | 'inBody' | 'inStream';
	afterEvents?: number;
}

/** What goes wrong. */
export type Fault =
	/** An error status, by default with the documented body; a 502 with a gateway's HTML page. */
	| {
			kind: 'status';
			status: number;
			/** Which of the documented 429 texts; `concurrency` when left out. */
			reason?: TooManyRequestsReason;
			body?: object | string;
			headers?: Record<string, string>;
			/** The `Retry-After` header as it is written. */
			retryAfter?: string;
			delayMs?: number;
	  }
	/** The connection is reset. */
	| ({ kind: 'reset' } & FaultPoint)
	/** The connection stays open and nothing more comes. */
	| ({ kind: 'stall' } & FaultPoint)
	/** The stream ends properly without a finish reason and `[DONE]`; half of the events when no number is given. */
	| { kind: 'endStreamEarly'; afterEvents?: number }
	/** An `{error: {...}}` event inside a stream that began with 200, followed by `[DONE]` as engines do. */
	| { kind: 'errorInStream'; afterEvents?: number; status?: number; message?: string }
	/** Any answer: a redirect, a 204, truncated JSON, HTML. */
	| {
			kind: 'body';
			status?: number;
			contentType?: string;
			body: string | Buffer;
			headers?: Record<string, string>;
	  }
	/** The test answers by itself. */
	| {
			kind: 'custom';
			handle: (request: RecordedRequest, response: ServerResponse) => void | Promise<void>;
	  };

/** Which requests a fault hits: all conditions that are given must hold; without any it hits every one. */
export interface FaultCondition {
	/** Every nth request that `model` and `matches` let through, counted from when the rule was added. */
	every?: number;
	/** Between 0 and 1, drawn from the simulator's seed. */
	probability?: number;
	/** Only the first n requests that `model` and `matches` let through. */
	first?: number;
	model?: string;
	matches?: (request: RecordedRequest) => boolean;
}

/**
 * A fault and when it happens. Rules see the requests that access and the concurrency limit let in; the first rule that hits
 * wins.
 */
export interface FaultRule {
	when?: FaultCondition;
	/** How often the rule may hit in all; without end when left out. */
	times?: number;
	/** The endpoint; `chat` when left out. */
	path?: 'chat' | 'models';
	fault: Fault;
}
