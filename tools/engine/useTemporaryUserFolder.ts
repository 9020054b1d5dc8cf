/* eslint-disable @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/no-restricted-globals -- not shipped: runs outside n8n */
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * Makes n8n's engine use a temporary folder for its settings instead of the user's `.n8n` folder.
 * Call this before the engine runs. Returns a function that removes the folder.
 */
export async function useTemporaryUserFolder(): Promise<() => Promise<void>> {
	const folder = await mkdtemp(join(tmpdir(), 'n8n-demo-'));
	process.env.N8N_USER_FOLDER = folder;
	process.env.N8N_ENCRYPTION_KEY = randomBytes(24).toString('base64');
	return async () => await rm(folder, { recursive: true, force: true });
}
