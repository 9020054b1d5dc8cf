/* eslint-disable @n8n/community-nodes/no-restricted-globals, @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/require-node-api-error -- not shipped: runs outside n8n */
import { existsSync } from 'node:fs';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';

/**
 * Installs into a folder of the cache unless it exists. Works in a temporary folder that is renamed
 * at the end, so that an interrupted install does not look complete.
 */
export async function installFolder(
	folder: string,
	install: (unfinishedFolder: string) => Promise<void>,
): Promise<void> {
	if (existsSync(folder)) return;
	const unfinishedFolder = `${folder}.unfinished-${process.pid}`;
	await mkdir(dirname(folder), { recursive: true });
	try {
		await mkdir(unfinishedFolder, { recursive: true });
		await writeFile(`${unfinishedFolder}/package.json`, '{ "private": true }\n');
		await install(unfinishedFolder);
		await rename(unfinishedFolder, folder);
	} catch (error) {
		await rm(unfinishedFolder, { recursive: true, force: true });
		// Another process may have finished the same install in the meantime.
		if (!existsSync(folder)) throw error;
	}
}
