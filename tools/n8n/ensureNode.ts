/* eslint-disable @n8n/community-nodes/no-restricted-globals, @n8n/community-nodes/no-restricted-imports -- not shipped: runs outside n8n */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { cacheFolder } from './cacheFolder';
import { requireDiskSpace } from './diskSpace';
import { installFolder } from './installFolder';
import { runNpm } from './runNpm';
import { SetupProblem } from './SetupProblem';

/** n8n's native modules must be built for the Node.js version that n8n runs on. */
const majorVersion = 24;
const pinnedVersion = '24.21.0';
const diskGigabytes = 0.5;

export interface NodeRuntime {
	executable: string;
	/** Contains `include/node` for building native modules; unset if there is none. */
	headersFolder?: string;
}

export interface InstallOptions {
	report: (line: string) => void;
	signal?: AbortSignal;
}

/** Returns a Node.js for n8n: the current one if its version fits, otherwise one from the cache. */
export async function ensureNode({ report, signal }: InstallOptions): Promise<NodeRuntime> {
	if (process.versions.node.startsWith(`${majorVersion}.`)) {
		return runtimeIn(dirname(dirname(process.execPath)), process.execPath);
	}
	if (process.platform === 'win32') {
		throw new SetupProblem(
			`n8n requires Node.js ${majorVersion}. Install it and run this command again.`,
		);
	}
	const packageName = `node-${process.platform}-${process.arch}`;
	const folder = join(cacheFolder(), `node${majorVersion}`);
	await installFolder(folder, async (unfinishedFolder) => {
		await requireDiskSpace(cacheFolder(), diskGigabytes);
		await runNpm({
			purpose: `Installing Node.js ${pinnedVersion} for n8n`,
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

function runtimeIn(folder: string, executable: string): NodeRuntime {
	const hasHeaders = existsSync(join(folder, 'include/node/node.h'));
	return hasHeaders ? { executable, headersFolder: folder } : { executable };
}
