/* eslint-disable @n8n/community-nodes/no-restricted-imports -- not shipped: runs outside n8n */
import { mkdir, statfs } from 'node:fs/promises';
import { SetupProblem } from './SetupProblem';

const bytesPerGigabyte = 1e9;

/** Throws if there is too little disk space for a download. Creates the folder. */
export async function requireDiskSpace(folder: string, gigabytes: number): Promise<void> {
	await mkdir(folder, { recursive: true });
	const { bavail, bsize } = await statfs(folder);
	const freeGigabytes = (bavail * bsize) / bytesPerGigabyte;
	if (freeGigabytes < gigabytes) {
		throw new SetupProblem(
			`${folder} has ${freeGigabytes.toFixed(1)} GB of free space, but ${gigabytes} GB are required. ` +
				'Free up some space, or set N8N_NODES_WANDB_CACHE to a folder on a larger disk.',
		);
	}
}
