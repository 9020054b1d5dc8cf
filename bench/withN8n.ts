/* eslint-disable @n8n/community-nodes/no-restricted-globals, @n8n/community-nodes/no-restricted-imports, no-console -- not shipped: runs outside n8n */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
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

/** Whether n8n is already installed. */
export function isN8nInstalled(): boolean {
	if (process.env.N8N_BIN) return true;
	return existsSync(join(cacheFolder(), `n8n-${testedVersion}`, 'node_modules/n8n/bin/n8n'));
}

/** Runs `measure` with a new n8n instance that has the package and the bare loop installed. */
export async function withN8n<Result>(
	measure: (client: N8nClient, version: string) => Promise<Result>,
): Promise<Result> {
	const program = await ensureN8n({ report: console.log });
	const folder = await mkdtemp(join(tmpdir(), 'n8n-bench-'));
	try {
		await promisify(execFile)('npm', ['run', 'build'], { cwd: packageFolder });
		const tarball = await packPackage(packageFolder, folder);
		const userFolder = join(folder, 'user');
		await linkPackage(userFolder, join(__dirname, 'bareLoop'));
		const n8n = await startN8n({ program, userFolder, package: { tarball } });
		try {
			const client = createN8nClient(n8n.url);
			await client.logIn(owner);
			return await measure(client, program.version);
		} finally {
			await n8n.stop();
		}
	} finally {
		await rm(folder, { recursive: true, force: true });
	}
}

/** Runs a workflow once. `nodeMs` is the execution time of the measured node, as reported by n8n. */
export async function runMeasured(
	client: N8nClient,
	workflow: WorkflowFile,
): Promise<{ execution: Execution; nodeMs: number }> {
	const executionId = await client.runWorkflow(await client.importWorkflow(workflow));
	const execution = await client.waitForExecution(executionId, 300_000);
	const [nodeRun] = execution.runData[measuredNodeName] ?? [];
	if (!nodeRun) throw new Error(`${workflow.name} did not run: ${execution.error?.message}`);
	return { execution, nodeMs: Number(nodeRun.executionTime) };
}
