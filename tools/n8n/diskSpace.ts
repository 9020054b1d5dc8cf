/* eslint-disable @n8n/community-nodes/no-restricted-imports -- not shipped: runs outside n8n */
import { mkdir, statfs } from 'node:fs/promises';
import { SetupProblem } from './SetupProblem';

const bytesPerGigabyte = 1e9;

/** Fails before a long download when the disk could not hold it. Makes the folder. */
export async function requireDiskSpace(folder: string, gigabytes: number): Promise<void> {
	await mkdir(folder, { recursive: true });
	const { bavail, bsize } = await statfs(folder);
	const freeGigabytes = (bavail * bsize) / bytesPerGigabyte;
	if (freeGigabytes < gigabytes) {
		throw new SetupProblem(
			`${folder} has ${freeGigabytes.toFixed(1)} GB free, but ${gigabytes} GB are needed. ` +
				'Free some space, or set N8N_NODES_WANDB_CACHE to a folder on a larger disk.',
		);
	}
}
