/* eslint-disable @n8n/community-nodes/no-restricted-globals, @n8n/community-nodes/no-restricted-imports, no-console -- not shipped: runs outside n8n */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { cacheFolder } from '../tools/n8n/cacheFolder';
import { linkPackage, packPackage } from '../tools/n8n/communityPackage';
import { createN8nClient, type N8nClient } from '../tools/n8n/createN8nClient';
import { ensureN8n, testedVersion } from '../tools/n8n/ensureN8n';
import type { Execution } from '../tools/n8n/executions';
import { startN8n } from '../tools/n8n/startN8n';
import type { WorkflowFile } from '../tools/n8n/workflowFile';
import { measuredNodeName } from './benchWorkflow';

const owner = { email: 'owner@n8n.local', password: 'Benchmark1' };
const packageFolder = join(__dirname, '..');
const pollIntervalMs = 100;
const longestRunMs = 300_000;
const endedStatuses = ['success', 'error', 'canceled', 'crashed'];

/** Whether n8n is already installed. */
export function isN8nInstalled(): boolean {
	if (process.env.N8N_BIN) return true;
	return existsSync(join(cacheFolder(), `n8n-${testedVersion}`, 'node_modules/n8n/bin/n8n'));
}

/** Starts n8n for the measurement and stops it afterwards. */
export type RunInN8n = <Result>(measure: (client: N8nClient) => Promise<Result>) => Promise<Result>;

/** Lets `use` start n8n as often as it likes, with the package and the nodes of the benchmarks. */
export async function withN8nInstances<Result>(
	use: (runInN8n: RunInN8n, version: string) => Promise<Result>,
): Promise<Result> {
	const program = await ensureN8n({ report: console.log });
	const folder = await mkdtemp(join(tmpdir(), 'n8n-bench-'));
	try {
		await promisify(execFile)('npm', ['run', 'build'], { cwd: packageFolder });
		const tarball = await packPackage(packageFolder, folder);
		const userFolder = join(folder, 'user');
		await linkPackage(userFolder, join(__dirname, 'n8nNodes'));
		return await use(async (measure) => {
			const n8n = await startN8n({ program, userFolder, package: { tarball } });
			try {
				const client = createN8nClient(n8n.url);
				await client.logIn(owner);
				return await measure(client);
			} finally {
				await n8n.stop();
			}
		}, program.version);
	} finally {
		await rm(folder, { recursive: true, force: true });
	}
}

/** Runs `measure` with a new n8n instance. */
export async function withN8n<Result>(
	measure: (client: N8nClient) => Promise<Result>,
): Promise<Result> {
	return await withN8nInstances(async (runInN8n) => await runInN8n(measure));
}

/** Runs a workflow once. `nodeMs` is the execution time of the measured node, as reported by n8n. */
export async function runMeasured(
	client: N8nClient,
	workflow: WorkflowFile,
): Promise<{ execution: Execution; nodeMs: number }> {
	const execution = await client.readExecution(await runUntilEnded(client, workflow));
	const [nodeRun] = execution.runData[measuredNodeName] ?? [];
	if (!nodeRun) throw new Error(`${workflow.name} did not run: ${execution.error?.message}`);
	return { execution, nodeMs: Number(nodeRun.executionTime) };
}

/**
 * Runs a workflow once and returns the ID of the execution when n8n has saved it. Reads only the
 * status meanwhile, because reading an execution takes time and memory of n8n.
 */
export async function runUntilEnded(client: N8nClient, workflow: WorkflowFile): Promise<string> {
	const saved = await client.importWorkflow(workflow);
	const executionId = await client.runWorkflow(saved);
	const deadlineMs = performance.now() + longestRunMs;
	for (;;) {
		await delay(pollIntervalMs);
		const [execution] = await client.listExecutions(saved.id);
		if (execution && endedStatuses.includes(execution.status)) return executionId;
		if (performance.now() > deadlineMs) {
			await client.stopExecution(executionId);
			throw new Error(`${workflow.name} did not end within ${longestRunMs / 1000} s.`);
		}
	}
}
