/* eslint-disable @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/require-node-api-error -- not shipped: runs outside n8n */
import { createServer } from 'node:net';
import { SetupProblem } from './SetupProblem';

/** Finds a free port on 127.0.0.1. */
export async function findFreePort(): Promise<number> {
	return await probePort(0);
}

/** Throws if n8n could not listen on the port. */
export async function requireFreePort(port: number): Promise<void> {
	try {
		await probePort(port);
	} catch (error) {
		const code = error instanceof Error && 'code' in error ? error.code : undefined;
		const reason = code === 'EADDRINUSE' ? 'is already in use' : `cannot be used (${String(code)})`;
		throw new SetupProblem(
			`Port ${port} ${reason}. Free the port or choose another one: N8N_PORT=${port + 1} npm start`,
		);
	}
}

/** Reads the value of `N8N_PORT`. */
export function readPort(text: string): number {
	const port = Number(text);
	if (Number.isInteger(port) && port >= 1 && port <= 65_535) return port;
	throw new SetupProblem(`N8N_PORT must be a port number from 1 to 65535, not "${text}".`);
}

/** Briefly listens on the port and returns its number. 0 selects any free port. */
async function probePort(port: number): Promise<number> {
	const server = createServer();
	return await new Promise((resolve, reject) => {
		server.once('error', reject);
		server.listen(port, '127.0.0.1', () => {
			const address = server.address();
			const bound = typeof address === 'object' && address ? address.port : port;
			server.close(() => resolve(bound));
		});
	});
}
