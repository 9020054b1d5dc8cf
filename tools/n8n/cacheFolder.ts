/* eslint-disable @n8n/community-nodes/no-restricted-globals, @n8n/community-nodes/no-restricted-imports -- not shipped: runs outside n8n */
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';

/**
 * The folder for Node.js, n8n and the state of `npm start`, outside the checkout. Can be changed
 * with `N8N_NODES_WANDB_CACHE`.
 */
export function cacheFolder(): string {
	const customFolder = process.env.N8N_NODES_WANDB_CACHE;
	if (customFolder) return resolve(customFolder);
	return join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'n8n-nodes-wandb-inference');
}
