/* eslint-disable @n8n/community-nodes/no-restricted-globals -- not shipped: runs outside n8n */
import { startQueueN8n, type QueueN8n } from './startQueueN8n';
import type { WorkerOptions } from './startWorkers';

const environmentName = 'QUEUE_SUITE';

/** How the tests reach the n8n in queue mode that they share. */
export interface QueueAddress {
	n8nUrl: string;
	workerOptions: WorkerOptions;
}

let running: QueueN8n | undefined;

/** Stops everything that `start` started. */
export async function stopQueue(): Promise<void> {
	await running?.stop();
}

/** The address of the n8n that is running. */
export function queueAddress(): QueueAddress {
	return JSON.parse(String(process.env[environmentName])) as QueueAddress;
}

/** Runs once before the tests. */
export default async function start(): Promise<void> {
	for (const signal of ['SIGINT', 'SIGTERM'] as const) {
		process.once(signal, () => void stopQueue().finally(() => process.exit(1)));
	}
	running = await startQueueN8n();
	const address: QueueAddress = { n8nUrl: running.url, workerOptions: running.workerOptions };
	process.env[environmentName] = JSON.stringify(address);
}
