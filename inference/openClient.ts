import type { IAllExecuteFunctions } from 'n8n-workflow';
import { CatalogRegistry, type Catalog } from './catalog/CatalogRegistry';
import { accountId, readConnection, type Connection } from './http/connection';
import { createPublicTransport, createTransport, type Transport } from './http/transport';
import { systemClock, type Clock } from './pacing/clock';
import type { Governor } from './pacing/Governor';
import { GovernorRegistry, type Throughput } from './pacing/GovernorRegistry';
import { TraceMemory } from './weave/TraceMemory';
import { TraceQueue } from './weave/TraceQueue';
import { WeaveWriter } from './weave/WeaveWriter';

/** What a node needs to send requests for one account. */
export interface InferenceClient {
	transport: Transport;
	clock: Clock;
	/** Prices and features of the models, as far as they are known. */
	catalog: Catalog;
	/** Takes the traces of this node; absent without a project or an address for them. */
	traces?: TraceQueue;
	/**
	 * Decides when requests may start. All executions and nodes of the process share it if they use
	 * the same base URL and project, or the same key without a project. `OpenAI-Project` in the extra
	 * headers overrides the project.
	 */
	governorFor(extraHeaders: Record<string, string>, throughput: Throughput): Governor;
}

const governors = new GovernorRegistry(systemClock);
const catalogs = new CatalogRegistry(systemClock);
const traceMemory = new TraceMemory(20_000_000);

/** Reads the node's credential; throws an `InferenceError` if it cannot work. */
export async function openClient(context: IAllExecuteFunctions): Promise<InferenceClient> {
	const connection = await readConnection(context);
	const { baseUrl, project, apiKey } = connection;
	const account = accountId(baseUrl, project ?? apiKey);
	return {
		transport: createTransport(context, connection),
		clock: systemClock,
		catalog: catalogs.open(connection, (weaveUrl) => createPublicTransport(context, weaveUrl)),
		traces: openTraces(context, connection),
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

/** A project in the form of OpenAI's IDs is none of Weave's. */
function openTraces(
	context: IAllExecuteFunctions,
	{ project, apiKey, weaveUrl }: Connection,
): TraceQueue | undefined {
	if (weaveUrl === undefined || !project?.includes('/')) return undefined;
	const transport = createPublicTransport(context, weaveUrl);
	const writer = new WeaveWriter({ project, apiKey }, transport, systemClock);
	return new TraceQueue(project, writer, systemClock, traceMemory);
}

function projectIn(headers: Record<string, string>): string | undefined {
	return Object.entries(headers).find(([name]) => /^openai-project$/i.test(name))?.[1];
}
