/* eslint-disable @n8n/community-nodes/no-restricted-globals, @n8n/community-nodes/no-restricted-imports -- not shipped: runs outside n8n */
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';

/**
 * The folder outside the checkout that keeps Node, n8n and the state of `npm start`.
 * `N8N_NODES_WANDB_CACHE` moves it.
 */
export function cacheFolder(): string {
	const chosen = process.env.N8N_NODES_WANDB_CACHE;
	if (chosen) return resolve(chosen);
	return join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'n8n-nodes-wandb-inference');
}
