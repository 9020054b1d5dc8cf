/* eslint-disable @n8n/community-nodes/no-restricted-imports -- not shipped: runs outside n8n */
import type { IncomingHttpHeaders } from 'node:http';

/**
 * How an exchange ended: `answered` whole, `aborted` by the client, or `reset` by a fault that closed the connection.
 */
export type RequestOutcome = 'answered' | 'aborted' | 'reset';

/** One request as the simulator received it, and what became of it. */
export interface RecordedRequest {
	method: string;
	/** With the query string. */
	path: string;
	headers: IncomingHttpHeaders;
	/** The parsed JSON, or undefined when there was none or it was not JSON. */
	body: unknown;
	/** Milliseconds since 1970 by a clock that never jumps, with fractions. */
	startedAtMs: number;
	endedAtMs?: number;
	/** Absent until the exchange has ended, and when it ended without a status line. */
	status?: number;
	/** Absent while the exchange is under way. */
	outcome?: RequestOutcome;
	/** The `x-request-id` of the answer. */
	requestId: string;
}

/** The time that `RecordedRequest` uses. */
export function currentTimeMs(): number {
	return performance.timeOrigin + performance.now();
}
