/* eslint-disable @n8n/community-nodes/no-restricted-imports -- not shipped: runs outside n8n */
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

interface Call {
	id?: number;
	method: string;
	params?: { protocolVersion?: string; name?: string; arguments?: Record<string, unknown> };
}

/** A local MCP server with the tools `population` and `closed`, which always fails. */
export interface McpServer {
	url: string;
	/** The methods that clients called. */
	methods: string[];
	close(): void;
}

const inputSchema = {
	type: 'object',
	properties: { city: { type: 'string', description: 'The name of a city' } },
	required: ['city'],
};

const tools = [
	{ name: 'population', description: 'Counts the people of a city', inputSchema },
	{ name: 'closed', description: 'Fails', inputSchema },
];

function resultOf({ method, params }: Call): object | undefined {
	if (method === 'initialize') {
		const { protocolVersion } = params ?? {};
		const serverInfo = { name: 'cities', version: '1.0.0' };
		return { protocolVersion, capabilities: { tools: {} }, serverInfo };
	}
	if (method === 'tools/list') return { tools };
	if (method !== 'tools/call') return undefined;
	const isError = params?.name === 'closed';
	const answer = `${String(params?.arguments?.city)} has 700000 people`;
	return { content: [{ type: 'text', text: isError ? 'The office is closed' : answer }], isError };
}

async function readCall(request: IncomingMessage): Promise<Call> {
	return JSON.parse(await text(request)) as Call;
}

/** Starts a server that speaks the part of MCP's "Streamable HTTP" that a client of tools needs. */
export async function startMcpServer(): Promise<McpServer> {
	const methods: string[] = [];
	const server = createServer((request, response) => {
		void (async () => {
			// It has no stream of its own messages and no sessions to end.
			if (request.method !== 'POST') return response.writeHead(405).end();
			const call = await readCall(request);
			methods.push(call.method);
			if (call.id === undefined) return response.writeHead(202).end();
			const result = resultOf(call);
			const error = { code: -32601, message: `Unknown method ${call.method}` };
			response.writeHead(200, { 'content-type': 'application/json' });
			return response.end(
				JSON.stringify({ jsonrpc: '2.0', id: call.id, ...(result ? { result } : { error }) }),
			);
		})();
	});
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	return {
		url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`,
		methods,
		close() {
			server.closeAllConnections();
			server.close();
		},
	};
}
