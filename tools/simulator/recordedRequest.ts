/* eslint-disable @n8n/community-nodes/no-restricted-imports -- not shipped: runs outside n8n */
import type { IncomingHttpHeaders } from 'node:http';

/**
 * How an exchange ended: `answered` in full, `aborted` by the client, or `reset` by a fault that
 * closed the connection.
 */
export type RequestOutcome = 'answered' | 'aborted' | 'reset';

/** A request that the simulator received, and its outcome. */
export interface RecordedRequest {
	method: string;
	/** Includes the query string. */
	path: string;
	headers: IncomingHttpHeaders;
	/** The parsed JSON body, or `undefined` if there was no valid JSON. */
	body: unknown;
	/** Milliseconds since 1970, with fractions, from a monotonic clock. */
	startedAtMs: number;
	endedAtMs?: number;
	/** Absent while the exchange is in progress, and if it ended without a status line. */
	status?: number;
	/** Absent while the exchange is in progress. */
	outcome?: RequestOutcome;
	/** Sent as `x-request-id` in the response. */
	requestId: string;
}

/** The current time on the clock that `RecordedRequest` uses. */
export function currentTimeMs(): number {
	return performance.timeOrigin + performance.now();
}
