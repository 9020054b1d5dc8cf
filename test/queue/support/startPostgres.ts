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

/** PostgreSQL refuses to run as root: there it runs as the user of its Debian package. */
async function commandPrefix(folder: string): Promise<string[]> {
	if (process.getuid?.() !== 0) return [];
	const { stdout: userId } = await run('id', ['-u', 'postgres']);
	const { stdout: groupId } = await run('id', ['-g', 'postgres']);
	await chown(folder, Number(userId), Number(groupId));
	return ['setpriv', '--reuid=postgres', '--regid=postgres', '--clear-groups'];
}

/** Starts a PostgreSQL with an empty database `postgres`, whose user `n8n` needs no password. */
export async function startPostgres(): Promise<RunningServer> {
	const initialize = findProgram('initdb', 'postgresql');
	const folder = await mkdtemp(join(tmpdir(), 'wandb-inference-postgres-'));
	const prefix = await commandPrefix(folder);
	const [command = '', ...before] = [...prefix, initialize];
	const data = join(folder, 'data');
	await run(command, [...before, '-D', data, '-U', 'n8n', '--auth=trust', '--no-sync'], {
		cwd: folder,
	});
	const port = await findFreePort();
	const place = ['-D', data, '-p', String(port), '-h', '127.0.0.1', '-k', folder];
	const [program = '', ...ahead] = [...prefix, findProgram('postgres', 'postgresql')];
	const postgres = startProcessGroup({
		command: program,
		arguments: [...ahead, ...place, '-c', 'fsync=off', '-c', 'max_connections=200'],
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
