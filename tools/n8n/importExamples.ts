/* eslint-disable @n8n/community-nodes/no-restricted-imports -- not shipped: runs outside n8n */
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { N8nClient } from './createN8nClient';
import type { StartState } from './startState';
import { withCredential, type SavedCredential, type WorkflowFile } from './workflowFile';

/** The workflow files of a folder, in the order of their names. */
export async function listExamples(folder: string): Promise<string[]> {
	return (await readdir(folder)).filter((name) => name.endsWith('.json')).sort();
}

/**
 * Imports every workflow of the folder and publishes those that are meant to be active. An example
 * whose file has not changed is left as the person has edited it in n8n.
 */
export async function importExamples(
	client: N8nClient,
	folder: string,
	credential: SavedCredential,
	examples: StartState['examples'],
): Promise<{ examples: StartState['examples']; imported: string[] }> {
	const kept: StartState['examples'] = {};
	const imported: string[] = [];
	for (const fileName of await listExamples(folder)) {
		const text = await readFile(join(folder, fileName), 'utf8');
		const fileHash = createHash('sha256').update(text).digest('hex');
		const known = examples[fileName];
		if (known?.fileHash === fileHash) {
			kept[fileName] = known;
			continue;
		}
		const file = JSON.parse(text) as WorkflowFile;
		const saved = await client.importWorkflow(withCredential(file, credential), known?.workflowId);
		if (file.active) await client.activateWorkflow(saved);
		kept[fileName] = { workflowId: saved.id, fileHash };
		imported.push(saved.name);
	}
	return { examples: kept, imported };
}
