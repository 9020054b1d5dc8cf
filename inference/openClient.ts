import type { IAllExecuteFunctions } from 'n8n-workflow';
import { systemClock, type Clock } from './pacing/clock';
import { accountOf, readConnection } from './http/connection';
import { GovernorRegistry, type Governor, type Throughput } from './pacing/Governor';
import { createTransport, type Transport } from './http/transport';

/** What one node needs to send requests on one account. */
export interface InferenceClient {
	transport: Transport;
	clock: Clock;
	/** Never shown in an error. */
	apiKey: string;
	/**
	 * Who lets requests start: the same for every execution and node of the process that works for
	 * the same base URL and project, or key where there is none. Headers may name another project.
	 */
	governorFor(extraHeaders: Record<string, string>): Governor;
}

const governors = new GovernorRegistry(systemClock);

/** Reads the node's credential; throws an `InferenceError` when it cannot work. */
export async function openClient(
	context: IAllExecuteFunctions,
	throughput: Throughput,
): Promise<InferenceClient> {
	const { baseUrl, project, apiKey } = await readConnection(context);
	const account = accountOf(baseUrl, project ?? apiKey);
	return {
		transport: createTransport(context, baseUrl),
		clock: systemClock,
		apiKey,
		governorFor: (extraHeaders) => {
			const namedProject = projectIn(extraHeaders);
			return governors.governorFor(
				namedProject === undefined ? account : accountOf(baseUrl, namedProject),
				throughput,
			);
		},
	};
}

function projectIn(headers: Record<string, string>): string | undefined {
	return Object.entries(headers).find(([name]) => /^openai-project$/i.test(name))?.[1];
}
