/* eslint-disable @n8n/community-nodes/no-restricted-imports, no-console -- not shipped: runs outside n8n */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureN8n, type N8nProgram } from '../../../tools/n8n/ensureN8n';
import { n8nEnvironment } from '../../../tools/n8n/n8nEnvironment';
import { findFreePort } from '../../../tools/n8n/ports';
import { startProcessGroup } from '../../../tools/n8n/processGroup';
import { startN8n } from '../../../tools/n8n/startN8n';
import { buildTarball } from '../../e2e/support/buildTarball';
import { startPostgres } from './startPostgres';
import { startRedis, type RunningServer } from './startRedis';
import { waitForPort } from './waitForPort';

const jobsPerWorker = 100;

/** An n8n in queue mode: a main process and workers, with their own Redis and PostgreSQL. */
export interface QueueN8n {
	url: string;
	workerIds: number[];
	stop(): Promise<void>;
}

function queueEnvironment(redis: RunningServer, postgres: RunningServer): NodeJS.ProcessEnv {
	return {
		EXECUTIONS_MODE: 'queue',
		QUEUE_BULL_REDIS_HOST: '127.0.0.1',
		QUEUE_BULL_REDIS_PORT: String(redis.port),
		OFFLOAD_MANUAL_EXECUTIONS_TO_WORKERS: 'true',
		DB_TYPE: 'postgresdb',
		DB_POSTGRESDB_HOST: '127.0.0.1',
		DB_POSTGRESDB_PORT: String(postgres.port),
		DB_POSTGRESDB_USER: 'n8n',
		DB_POSTGRESDB_DATABASE: 'postgres',
		// n8n's default of 2 is too few for workers that run many executions at once.
		DB_POSTGRESDB_POOL_SIZE: '20',
		QUEUE_WORKER_LOCK_DURATION: '20000',
		QUEUE_WORKER_LOCK_RENEW_TIME: '5000',
		QUEUE_WORKER_STALLED_INTERVAL: '5000',
		N8N_ENCRYPTION_KEY: 'only-for-this-test',
	};
}

interface WorkerOptions {
	program: N8nProgram;
	userFolder: string;
	environment: NodeJS.ProcessEnv;
}

async function startWorker({ program, userFolder, environment }: WorkerOptions) {
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
	return { id: Number(worker.processId), stop: async () => await worker.stop(10_000) };
}

/** Starts the main process and workers with the built package installed; `stop` cleans up. */
export async function startQueueN8n(workerCount: number): Promise<QueueN8n> {
	const stops: Array<() => Promise<void>> = [];
	const stopAll = async () => {
		for (const stop of stops.splice(0).reverse()) await stop();
	};
	try {
		const folder = await mkdtemp(join(tmpdir(), 'wandb-inference-queue-'));
		stops.push(async () => await rm(folder, { recursive: true, force: true }));
		const userFolder = join(folder, 'user');
		const program = await ensureN8n({ report: console.log });
		const tarball = await buildTarball(folder);
		const redis = await startRedis(folder);
		stops.push(redis.stop);
		const postgres = await startPostgres();
		stops.push(postgres.stop);
		const environment = queueEnvironment(redis, postgres);
		const main = await startN8n({ program, userFolder, package: { tarball }, environment });
		stops.push(main.stop);
		const options = { program, userFolder, environment };
		const workers = await Promise.all(
			Array.from({ length: workerCount }, async () => await startWorker(options)),
		);
		stops.push(...workers.map((worker) => worker.stop));
		return { url: main.url, workerIds: workers.map(({ id }) => id), stop: stopAll };
	} catch (error) {
		await stopAll();
		return await Promise.reject(error);
	}
}
