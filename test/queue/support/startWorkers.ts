import type { N8nProgram } from '../../../tools/n8n/ensureN8n';
import { n8nEnvironment } from '../../../tools/n8n/n8nEnvironment';
import { findFreePort } from '../../../tools/n8n/ports';
import { startProcessGroup } from '../../../tools/n8n/processGroup';
import { waitForPort } from './waitForPort';

const jobsPerWorker = 100;

export interface WorkerOptions {
	program: N8nProgram;
	userFolder: string;
	environment: NodeJS.ProcessEnv;
}

export interface Worker {
	processId: number;
	stop(): Promise<void>;
}

async function startWorker({ program, userFolder, environment }: WorkerOptions): Promise<Worker> {
	const port = await findFreePort();
	const address = { port: await findFreePort(), brokerPort: await findFreePort() };
	const worker = startProcessGroup({
		command: program.command,
		arguments: [...program.arguments, 'worker', `--concurrency=${jobsPerWorker}`],
		folder: userFolder,
		environment: {
			...n8nEnvironment(userFolder, program.path, address),
			...environment,
			QUEUE_HEALTH_CHECK_ACTIVE: 'true',
			QUEUE_HEALTH_CHECK_PORT: String(port),
		},
	});
	await waitForPort(port, worker);
	return { processId: Number(worker.processId), stop: async () => await worker.stop(10_000) };
}

/** Starts workers one after another, because free ports are only found, not held. */
export async function startWorkers(options: WorkerOptions, count: number): Promise<Worker[]> {
	const workers: Worker[] = [];
	while (workers.length < count) workers.push(await startWorker(options));
	return workers;
}
