/* eslint-disable @n8n/community-nodes/no-restricted-imports, no-console -- not shipped: runs outside n8n */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureN8n } from '../../../tools/n8n/ensureN8n';
import { startN8n } from '../../../tools/n8n/startN8n';
import { buildTarball } from '../../e2e/support/buildTarball';
import { startPostgres } from './startPostgres';
import { startRedis, type RunningServer } from './startRedis';
import type { WorkerOptions } from './startWorkers';

/** The main process of an n8n in queue mode, with its own Redis and PostgreSQL. */
export interface QueueN8n {
	url: string;
	/** What `startWorkers` needs to add workers. */
	workerOptions: WorkerOptions;
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

/** Starts the main process with the built package installed; `stop` cleans up. */
export async function startQueueN8n(): Promise<QueueN8n> {
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
		const workerOptions = { program, userFolder, environment };
		return { url: main.url, workerOptions, stop: stopAll };
	} catch (error) {
		await stopAll();
		return await Promise.reject(error);
	}
}
