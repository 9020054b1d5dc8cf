/* eslint-disable @n8n/community-nodes/no-restricted-globals, @n8n/community-nodes/no-restricted-imports -- not shipped: runs outside n8n */
import { execFile } from 'node:child_process';
import { chown, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { findFreePort } from '../../../tools/n8n/ports';
import { startProcessGroup } from '../../../tools/n8n/processGroup';
import { findProgram } from './findProgram';
import type { RunningServer } from './startRedis';
import { waitForPort } from './waitForPort';

const run = promisify(execFile);

/** PostgreSQL refuses to run as root, so root starts it as the user of its Debian package. */
async function commandPrefix(folder: string): Promise<string[]> {
	if (process.getuid?.() !== 0) return [];
	const { stdout: userId } = await run('id', ['-u', 'postgres']);
	const { stdout: groupId } = await run('id', ['-g', 'postgres']);
	await chown(folder, Number(userId), Number(groupId));
	return ['setpriv', '--reuid=postgres', '--regid=postgres', '--clear-groups'];
}

/** Starts PostgreSQL with an empty database `postgres` and a user `n8n` without a password. */
export async function startPostgres(): Promise<RunningServer> {
	const initdb = findProgram('initdb', 'postgresql');
	const folder = await mkdtemp(join(tmpdir(), 'wandb-inference-postgres-'));
	const prefix = await commandPrefix(folder);
	const [initCommand = '', ...initPrefix] = [...prefix, initdb];
	const data = join(folder, 'data');
	await run(initCommand, [...initPrefix, '-D', data, '-U', 'n8n', '--auth=trust', '--no-sync'], {
		cwd: folder,
	});
	const port = await findFreePort();
	const location = ['-D', data, '-p', String(port), '-h', '127.0.0.1', '-k', folder];
	const [command = '', ...before] = [...prefix, findProgram('postgres', 'postgresql')];
	const postgres = startProcessGroup({
		command,
		arguments: [...before, ...location, '-c', 'fsync=off', '-c', 'max_connections=200'],
		folder,
		environment: process.env,
	});
	await waitForPort(port, postgres);
	return {
		port,
		async stop() {
			await postgres.stop(10_000);
			await rm(folder, { recursive: true, force: true });
		},
	};
}
