/* eslint-disable @n8n/community-nodes/no-restricted-imports -- not shipped: runs outside n8n */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A local service for HTTP tools. */
export interface CityServer {
	/** The paths of the requests. */
	requested: string[];
	/** The address of a path. */
	addressOf(path: string): string;
	/** Answers all requests to `/held/...`. */
	release(): void;
	close(): void;
}

/**
 * Starts a service that answers `/city/Oslo` with JSON, `/held/Oslo` as well once it is told to,
 * `/never/...` not at all, and knows nothing else.
 */
export async function startCityServer(): Promise<CityServer> {
	const requested: string[] = [];
	let held: Array<() => void> = [];
	const server = createServer(({ url = '' }, response) => {
		requested.push(url);
		const [, kind, city] = url.split('/');
		const answer = () => {
			const status = kind === 'city' || kind === 'held' ? 200 : 404;
			response.writeHead(status, { 'content-type': 'application/json' });
			response.end(JSON.stringify({ city, people: 700_000 }));
		};
		if (kind === 'held') held.push(answer);
		else if (kind !== 'never') answer();
	});
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	return {
		requested,
		addressOf: (path) => `http://127.0.0.1:${(server.address() as AddressInfo).port}/${path}`,
		release() {
			for (const answer of held) answer();
			held = [];
		},
		close() {
			server.closeAllConnections();
			server.close();
		},
	};
}
