import type { N8nClient } from '../tools/n8n/createN8nClient';
import { outputItems } from '../tools/n8n/executions';
import { numberedItems } from './benchContext';
import { trigger } from './benchWorkflow';
import { runUntilEnded } from './withN8n';

const nodeName = 'Process Memory';

/** Resident memory of n8n's process. */
export interface ProcessMemory {
	/** After garbage collection. */
	residentBytes: number;
	/** The largest value since the process started, as recorded by the operating system. */
	peakResidentBytes: number;
}

/** Asks a node of the benchmarks (`bench/n8nNodes`), which runs in n8n's process. */
export async function readProcessMemory(client: N8nClient): Promise<ProcessMemory> {
	const memory = {
		id: 'memory',
		name: nodeName,
		type: 'n8n-nodes-bench.processMemory',
		typeVersion: 1,
		position: [220, 0],
		parameters: {},
	};
	const executionId = await runUntilEnded(client, {
		name: nodeName,
		nodes: [trigger, memory],
		connections: { [trigger.name]: { main: [[{ node: nodeName, type: 'main', index: 0 }]] } },
		pinData: { [trigger.name]: numberedItems(1).map((json) => ({ json })) },
	});
	const execution = await client.readExecution(executionId);
	const { residentBytes, peakResidentBytes } = outputItems(execution, nodeName)[0]?.json ?? {};
	if (typeof residentBytes !== 'number' || typeof peakResidentBytes !== 'number') {
		throw new Error(`n8n's memory is not known. ${execution.error?.message}`);
	}
	return { residentBytes, peakResidentBytes };
}
