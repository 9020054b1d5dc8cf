/* eslint-disable @n8n/community-nodes/no-restricted-globals, @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/require-node-api-error -- not shipped: runs outside n8n */
import { existsSync } from 'node:fs';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';

/**
 * Fills a folder of the cache once and for all. The work happens in a folder beside it that gets
 * the name at the end, so that an install that was interrupted is never taken for a complete one.
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
		// Somebody else finished the same install in the meantime: theirs is as good.
		if (!existsSync(folder)) throw error;
	}
}
