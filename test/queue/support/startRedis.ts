/* eslint-disable @n8n/community-nodes/no-restricted-globals -- not shipped: runs outside n8n */
import { findFreePort } from '../../../tools/n8n/ports';
import { startProcessGroup } from '../../../tools/n8n/processGroup';
import { findProgram } from './findProgram';
import { waitForPort } from './waitForPort';

/** A server that only the tests use, on the loopback interface. */
export interface RunningServer {
	port: number;
	stop(): Promise<void>;
}

/** Starts a Redis that saves nothing to disk. */
export async function startRedis(folder: string): Promise<RunningServer> {
	const port = await findFreePort();
	const options = ['--port', String(port), '--bind', '127.0.0.1', '--dir', folder];
	const redis = startProcessGroup({
		command: findProgram('redis-server', 'redis-server'),
		arguments: [...options, '--save', '', '--appendonly', 'no'],
		folder,
		environment: process.env,
	});
	await waitForPort(port, redis);
	return { port, stop: async () => await redis.stop(5000) };
}
