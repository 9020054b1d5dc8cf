/* eslint-disable @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/no-restricted-globals, no-console -- not shipped: runs outside n8n */
import { writeFileSync } from 'node:fs';
import type { INodeProperties } from 'n8n-workflow';
import { format, resolveConfig } from 'prettier';
import { WandbInferenceApi } from '../../credentials/WandbInferenceApi.credentials';
import { defaultModels } from '../../tools/simulator/models';
import { Simulator } from '../../tools/simulator/simulator';
import { descriptions } from './descriptions';
import { credentialFields, everyParameter } from './everyParameter';
import { passOnTo, RecordingServer } from './RecordingServer';
import type { RecordedNode, Recording } from './Recording';
import { runSavedNode } from './runSavedNode';
import { asSaved, unsetParameters, type SavedNode } from './savedNode';

const usedModels = ['openai/gpt-oss-20b', 'zai-org/GLM-5.1', 'google/gemma-4-31B-it'];

function isKnown({ type, needs }: SavedNode): boolean {
	const { properties } = descriptions[type];
	return needs === undefined || properties.some(({ name }: INodeProperties) => name === needs);
}

async function recordNode(
	node: SavedNode,
	credential: Recording['credential'],
	simulator: Simulator,
): Promise<RecordedNode> {
	const saved = { ...node, parameters: asSaved(node.parameters, descriptions[node.type]) };
	const server = new RecordingServer(passOnTo(new URL(simulator.baseUrl).origin));
	await server.listen();
	try {
		const output = await runSavedNode(saved, server.origin, credential);
		return { ...saved, exchanges: server.exchanges, output };
	} finally {
		await server.close();
	}
}

/** What this version saves of the credential, apart from the key and the base URL. */
function savedCredential(): Recording['credential'] {
	const values: Record<string, string> = { ...credentialFields, weaveUrl: '' };
	const names = new WandbInferenceApi().properties.map(({ name }: INodeProperties) => name);
	const entries = names.filter((name) => name in values).map((name) => [name, values[name]]);
	return Object.fromEntries(entries) as Recording['credential'];
}

function requireAllSet(nodes: RecordedNode[]): void {
	const unset = (['wandbInferenceChat', 'lmChatWandbInference'] as const).flatMap((type) =>
		unsetParameters(
			descriptions[type],
			nodes.filter((node) => node.type === type).map(({ parameters }) => parameters),
		),
	);
	if (unset.length > 0) throw new Error(`No node sets ${unset.join(', ')}. See everyParameter.ts.`);
}

/**
 * Writes what this version of the nodes saves, sends, and returns:
 * `npx tsx test/upgrade/record.ts FILE COMMIT`. For an older version, copy `tools/` and
 * `test/upgrade/` into a checkout of it and run the command there.
 */
async function record(file: string, commit: string): Promise<void> {
	const models = defaultModels.filter(({ id }) => usedModels.includes(id));
	const simulator = new Simulator({ models });
	await simulator.listen();
	const credential = savedCredential();
	const nodes: RecordedNode[] = [];
	for (const node of everyParameter.filter(isKnown)) {
		nodes.push(await recordNode(node, credential, simulator));
	}
	await simulator.close();
	requireAllSet(nodes);
	const recording: Recording = { commit, credential, nodes };
	const config = await resolveConfig(__filename);
	writeFileSync(file, await format(JSON.stringify(recording), { ...config, parser: 'json' }));
	console.log(`${nodes.length} nodes recorded.`);
}

const [file = '', commit = ''] = process.argv.slice(2);
void record(file, commit).then(() => process.exit());
