/* eslint-disable @n8n/community-nodes/no-restricted-imports -- not shipped: runs outside n8n */
import { getEventListeners } from 'node:events';
import type { ServerResponse } from 'node:http';
import { createTransport, type TransportRequest } from '../../inference/http/transport';
import { createExecuteContext, type NodeRun } from '../../tools/engine/createExecuteContext';
import { useSimulator } from './useSimulator';

/** The key in the credential of the context. */
export const hiddenText = 'simulator-key';

export const listenersOf = (signal: AbortSignal) => getEventListeners(signal, 'abort').length;

/** A simulator for the tests of a file, a function that sends to it, and ways for it to respond. */
export function useTransport() {
	const simulator = useSimulator();

	async function send(request: Partial<TransportRequest> = {}, run: Partial<NodeRun> = {}) {
		const { baseUrl } = simulator;
		const context = createExecuteContext({ baseUrl, ...run });
		const transport = createTransport(context, { baseUrl, apiKey: hiddenText });
		return await transport({ method: 'GET', path: '/models', timeoutMs: 20000, ...request });
	}

	/** The service responds with what `handle` writes. */
	function respondWith(handle: (response: ServerResponse) => void | Promise<void>): void {
		simulator.fault({
			path: 'models',
			fault: { kind: 'custom', handle: (_, response) => handle(response) },
		});
	}

	const staySilent = () => respondWith(() => undefined);
	const respondHalf = () => respondWith((response) => void response.writeHead(200).write('half'));
	const isAborted = () => simulator.requests[0]?.outcome === 'aborted';

	return { simulator, send, respondWith, staySilent, respondHalf, isAborted };
}
