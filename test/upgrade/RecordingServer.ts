/* eslint-disable @n8n/community-nodes/no-restricted-imports -- not shipped: runs outside n8n */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { isDeepStrictEqual } from 'node:util';

/** What a node sent. */
export interface SentRequest {
	method: string;
	path: string;
	headers: Record<string, string>;
	body: unknown;
}

/** A request and the response that it got. */
export interface Exchange {
	request: SentRequest;
	response: { status: number; headers: Record<string, string>; body: string };
}

/** Set by n8n's HTTP client, or different each time. */
const foreignHeaders =
	/^(host|connection|user-agent|accept-encoding|content-length|transfer-encoding)$/;

/** Answers requests with the responses of `source`, and keeps what was sent. */
export class RecordingServer {
	readonly exchanges: Exchange[] = [];

	private readonly server = createServer((request, response) => void this.serve(request, response));

	constructor(private readonly source: (request: SentRequest) => Promise<Exchange['response']>) {}

	async listen(): Promise<void> {
		await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
	}

	get origin(): string {
		return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
	}

	async close(): Promise<void> {
		const closed = new Promise((resolve) => this.server.close(resolve));
		this.server.closeAllConnections();
		await closed;
	}

	private async serve(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
		const chunks: Buffer[] = [];
		for await (const chunk of incoming) chunks.push(chunk as Buffer);
		const text = Buffer.concat(chunks).toString();
		const request: SentRequest = {
			method: String(incoming.method),
			path: String(incoming.url),
			headers: ownHeaders(incoming),
			body: text === '' ? null : (JSON.parse(text) as unknown),
		};
		const response = await this.source(request);
		this.exchanges.push({ request, response });
		outgoing.writeHead(response.status, response.headers).end(response.body);
	}
}

function ownHeaders({ headers }: IncomingMessage): Record<string, string> {
	const entries = Object.entries(headers).filter(([name]) => !foreignHeaders.test(name));
	return Object.fromEntries(entries.map(([name, value]) => [name, String(value)]));
}

/** Passes each request on to the service at `origin`. */
export function passOnTo(origin: string): (request: SentRequest) => Promise<Exchange['response']> {
	return async ({ method, path, headers, body }) => {
		const text = body === null ? undefined : JSON.stringify(body);
		const response = await fetch(origin + path, { method, headers, body: text });
		const kept = ['content-type', 'x-request-id'].flatMap((name) => {
			const value = response.headers.get(name);
			return value === null ? [] : [[name, value]];
		});
		return {
			status: response.status,
			headers: Object.fromEntries(kept) as Record<string, string>,
			body: await response.text(),
		};
	};
}

/**
 * Answers from recorded exchanges: with the one of the same body, because several items may run at
 * once, otherwise with the next of the same path.
 */
export function replay(
	recorded: Exchange[],
): (request: SentRequest) => Promise<Exchange['response']> {
	const left = [...recorded];
	return async ({ path, body }) => {
		const samePath = left.filter(({ request }) => request.path === path);
		const exchange =
			samePath.find(({ request }) => isDeepStrictEqual(request.body, body)) ?? samePath[0];
		if (!exchange) return { status: 404, headers: {}, body: '' };
		left.splice(left.indexOf(exchange), 1);
		return exchange.response;
	};
}
