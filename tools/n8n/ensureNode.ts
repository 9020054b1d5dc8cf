/* eslint-disable @n8n/community-nodes/no-restricted-globals, @n8n/community-nodes/no-restricted-imports -- not shipped: runs outside n8n */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { cacheFolder } from './cacheFolder';
import { requireDiskSpace } from './diskSpace';
import { installFolder } from './installFolder';
import { runNpm } from './runNpm';
import { SetupProblem } from './SetupProblem';

/** n8n 2.41 runs on this major version only with its native modules built for it. */
const majorVersion = 24;
const pinnedVersion = '24.21.0';
const diskGigabytes = 0.5;

export interface NodeRuntime {
	executable: string;
	/** Folder with `include/node`, for native modules; unset when this Node came without it. */
	headersFolder?: string;
}

export interface InstallOptions {
	report: (line: string) => void;
	signal?: AbortSignal;
}

function runtimeIn(folder: string, executable: string): NodeRuntime {
	const hasHeaders = existsSync(join(folder, 'include/node/node.h'));
	return hasHeaders ? { executable, headersFolder: folder } : { executable };
}

/** A Node that n8n runs on: the one that runs this script if it fits, else one in the cache. */
export async function ensureNode({ report, signal }: InstallOptions): Promise<NodeRuntime> {
	if (process.versions.node.startsWith(`${majorVersion}.`)) {
		return runtimeIn(dirname(dirname(process.execPath)), process.execPath);
	}
	if (process.platform === 'win32') {
		throw new SetupProblem(
			`n8n needs Node ${majorVersion}. Install it and run this again with it.`,
		);
	}
	const packageName = `node-${process.platform}-${process.arch}`;
	const folder = join(cacheFolder(), `node${majorVersion}`);
	await installFolder(folder, async (unfinishedFolder) => {
		await requireDiskSpace(cacheFolder(), diskGigabytes);
		await runNpm({
			purpose: `Getting Node ${pinnedVersion} for n8n`,
			arguments: ['install', '--ignore-scripts', `${packageName}@${pinnedVersion}`],
			folder: unfinishedFolder,
			environment: process.env,
			report,
			signal,
		});
	});
	const packageFolder = join(folder, 'node_modules', packageName);
	return runtimeIn(packageFolder, join(packageFolder, 'bin/node'));
}
