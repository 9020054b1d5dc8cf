/* eslint-disable @n8n/community-nodes/no-restricted-globals, @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/require-node-api-error -- not shipped: runs outside n8n */
import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { cacheFolder } from './cacheFolder';
import { requireDiskSpace } from './diskSpace';
import { ensureNode, type InstallOptions, type NodeRuntime } from './ensureNode';
import { installFolder } from './installFolder';
import { runNpm } from './runNpm';
import { SetupProblem } from './SetupProblem';

/** The n8n version that this package is built and tested against. */
export const testedVersion = '2.41.1';
const diskGigabytes = 5;

/** Older versions download xlsx from its author's server, which restricted networks may block. */
const installManifest = { private: true, overrides: { xlsx: '0.18.5' } };

export interface N8nProgram {
	version: string;
	command: string;
	/** Arguments that precede n8n's own. */
	arguments: string[];
	/** `PATH` for n8n and its child processes, starting with the folder of its Node.js. */
	path: string;
}

/**
 * Returns the n8n to start: the user's own if `N8N_BIN` is set, otherwise the requested version
 * from the cache, installing it if necessary.
 */
export async function ensureN8n(
	options: InstallOptions & { version?: string },
): Promise<N8nProgram> {
	const ownBin = process.env.N8N_BIN;
	if (ownBin && !options.version) return await readOwnN8n(ownBin);
	const version = options.version ?? testedVersion;
	const node = await ensureNode(options);
	const folder = join(cacheFolder(), `n8n-${version}`);
	await installFolder(folder, async (unfinishedFolder) => {
		await installN8n(unfinishedFolder, version, node, options);
	});
	return {
		version,
		command: node.executable,
		arguments: [join(folder, 'node_modules/n8n/bin/n8n')],
		path: pathWith(node),
	};
}

async function readOwnN8n(bin: string): Promise<N8nProgram> {
	const command = resolve(bin);
	try {
		const { stdout } = await promisify(execFile)(command, ['--version']);
		return { version: stdout.trim(), command, arguments: [], path: process.env.PATH ?? '' };
	} catch (error) {
		const reason = error instanceof Error ? error.message : String(error);
		throw new SetupProblem(
			`N8N_BIN is "${bin}", but its version could not be determined. N8N_BIN must be the n8n executable, ` +
				`and PATH must contain a Node.js version that it supports.\n\n${reason}`,
		);
	}
}

async function installN8n(
	folder: string,
	version: string,
	node: NodeRuntime,
	options: InstallOptions,
): Promise<void> {
	await requireDiskSpace(cacheFolder(), diskGigabytes);
	const environment = {
		...process.env,
		PATH: pathWith(node),
		...(node.headersFolder && { npm_config_nodedir: node.headersFolder }),
	};
	await writeFile(join(folder, 'package.json'), JSON.stringify(installManifest));
	await runNpm({
		...options,
		purpose: `Installing n8n ${version} (only once, takes about four minutes)`,
		arguments: ['install', '--ignore-scripts', `n8n@${version}`],
		folder,
		environment,
	});
	await runNpm({
		...options,
		purpose: "Building n8n's native modules",
		arguments: ['rebuild', '--ignore-scripts=false', 'isolated-vm', 'sqlite3'],
		folder,
		environment,
	});
}

function pathWith(node: NodeRuntime): string {
	return `${dirname(node.executable)}:${process.env.PATH ?? ''}`;
}
