import type { IAllExecuteFunctions } from 'n8n-workflow';
import { CatalogRegistry, type Catalog } from './catalog/CatalogRegistry';
import { accountId, projectIn, readConnection } from './http/connection';
import { createPublicTransport, createTransport, type Transport } from './http/transport';
import { systemClock, type Clock } from './pacing/clock';
import type { Governor } from './pacing/Governor';
import { GovernorRegistry, type Throughput } from './pacing/GovernorRegistry';
import { NodeTraces } from './weave/NodeTraces';
import { TraceMemory } from './weave/TraceMemory';

/** What a node needs to send requests for one account. */
export interface InferenceClient {
	transport: Transport;
	clock: Clock;
	/** Prices and features of the models, as far as they are known. */
	catalog: Catalog;
	/**
	 * Decides when requests may start. All executions and nodes of the process share it if they use
	 * the same base URL and project, or the same key without a project. `OpenAI-Project` in the extra
	 * headers or in those of the credential overrides the project.
	 */
	governorFor(extraHeaders: Record<string, string>, throughput: Throughput): Governor;
}

/** The client of one node. */
export interface NodeClient extends InferenceClient {
	traces: NodeTraces;
}

const governors = new GovernorRegistry(systemClock);
const catalogs = new CatalogRegistry(systemClock);
const traceMemory = new TraceMemory(20_000_000);

/** Reads the node's credential; throws an `InferenceError` if it cannot work. */
export async function openClient(context: IAllExecuteFunctions): Promise<NodeClient> {
	const connection = await readConnection(context);
	const { baseUrl, project, headers, apiKey } = connection;
	const account = accountId(baseUrl, projectIn(headers) ?? project ?? apiKey);
	const openPublic = (weaveUrl: string) => createPublicTransport(context, weaveUrl);
	return {
		transport: createTransport(context, connection),
		clock: systemClock,
		catalog: catalogs.open(connection, openPublic),
		traces: new NodeTraces(connection, openPublic, systemClock, traceMemory),
		governorFor: (extraHeaders, throughput) => {
			const otherProject = projectIn(extraHeaders);
			return governors.governorFor(
				otherProject === undefined ? account : accountId(baseUrl, otherProject),
				`${context.getWorkflow().id} ${context.getNode().id}`,
				throughput,
			);
		},
	};
}
