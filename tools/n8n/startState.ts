/* eslint-disable @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/require-node-api-error -- not shipped: runs outside n8n */
import { randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { OwnerAccount } from './createN8nClient';

/** What `npm start` remembers between runs, in addition to n8n's database. */
export interface StartState {
	owner: OwnerAccount;
	/** The imported examples by file name, with the hash of the imported file. */
	examples: Record<string, { workflowId: string; fileHash: string } | undefined>;
}

const fileName = 'start.json';

/** Loads the state, or creates and saves a new one with a new password. */
export async function loadStartState(folder: string): Promise<StartState> {
	try {
		return JSON.parse(await readFile(join(folder, fileName), 'utf8')) as StartState;
	} catch (error) {
		const isMissing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
		if (!isMissing) throw error;
		const state = newState();
		await saveStartState(folder, state);
		return state;
	}
}

/** Saves the state to a file that only the current user can read. */
export async function saveStartState(folder: string, state: StartState): Promise<void> {
	await mkdir(folder, { recursive: true });
	await writeFile(join(folder, fileName), JSON.stringify(state, null, 2), { mode: 0o600 });
}

function newState(): StartState {
	// n8n requires an uppercase letter and a digit.
	const password = `${randomBytes(9).toString('base64url')}A1`;
	return { owner: { email: 'owner@n8n.local', password }, examples: {} };
}
