/* eslint-disable @n8n/community-nodes/no-restricted-imports -- not shipped: runs outside n8n */
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { N8nClient } from './createN8nClient';
import type { StartState } from './startState';
import { withCredential, type SavedCredential, type WorkflowFile } from './workflowFile';

/** Lists the workflow files in a folder, sorted by name. */
export async function listExamples(folder: string): Promise<string[]> {
	return (await readdir(folder)).filter((name) => name.endsWith('.json')).sort();
}

/**
 * Imports all workflows in the folder and publishes those marked as active. If a file has not
 * changed since the last import, its workflow is skipped to preserve the user's edits.
 */
export async function importExamples(
	client: N8nClient,
	folder: string,
	credential: SavedCredential,
	examples: StartState['examples'],
): Promise<{ examples: StartState['examples']; imported: string[] }> {
	const current: StartState['examples'] = {};
	const imported: string[] = [];
	for (const fileName of await listExamples(folder)) {
		const text = await readFile(join(folder, fileName), 'utf8');
		const fileHash = createHash('sha256').update(text).digest('hex');
		const previous = examples[fileName];
		if (previous?.fileHash === fileHash) {
			current[fileName] = previous;
			continue;
		}
		const file = JSON.parse(text) as WorkflowFile;
		const saved = await client.importWorkflow(
			withCredential(file, credential),
			previous?.workflowId,
		);
		if (file.active) await client.activateWorkflow(saved);
		current[fileName] = { workflowId: saved.id, fileHash };
		imported.push(saved.name);
	}
	return { examples: current, imported };
}
