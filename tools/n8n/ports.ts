/* eslint-disable @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/require-node-api-error -- not shipped: runs outside n8n */
import { createServer } from 'node:net';
import { SetupProblem } from './SetupProblem';

/** Binds the port on loopback for a moment and gives it back; 0 asks for any free one. */
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

/** A loopback port that nobody listens on right now. */
export async function findFreePort(): Promise<number> {
	return await probePort(0);
}

/** Fails in plain words when n8n could not listen on the port. */
export async function requireFreePort(port: number): Promise<void> {
	try {
		await probePort(port);
	} catch (error) {
		const code = error instanceof Error && 'code' in error ? error.code : undefined;
		const reason =
			code === 'EADDRINUSE' ? 'is taken by another program' : `cannot be used (${String(code)})`;
		throw new SetupProblem(
			`Port ${port} ${reason}. End that program, or choose another port: N8N_PORT=${port + 1} npm start`,
		);
	}
}

/** Reads a port number from text that a person typed. */
export function readPort(text: string): number {
	const port = Number(text);
	if (Number.isInteger(port) && port >= 1 && port <= 65_535) return port;
	throw new SetupProblem(`N8N_PORT is "${text}", which is not a port number from 1 to 65535.`);
}
