/* eslint-disable @n8n/community-nodes/no-restricted-imports -- not shipped: runs unexpected n8n */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import manifest from '../../package.json';
import { RestSession } from '../../tools/n8n/RestSession';
import { suiteAddress } from './support/suite';

const { n8nUrl, userFolder, owner } = suiteAddress();
const installedFolder = join(userFolder, '.n8n/nodes/node_modules', manifest.name);

interface TypeDescription {
	name: string;
	iconUrl?: string | { light: string; dark: string };
}

const session = new RestSession(n8nUrl);

beforeAll(async () => {
	const { email, password } = owner;
	await session.request('POST', 'login', { emailOrLdapLoginId: email, password });
});

async function readNodeTypes(): Promise<TypeDescription[]> {
	const types = await session.readFile<TypeDescription[]>('/types/nodes.json');
	return types.filter(({ name }) => name.startsWith(`${manifest.name}.`));
}

test('n8n loads every node and the credential from the installed tarball', async () => {
	const nodes = await readNodeTypes();
	expect(nodes.map(({ name }) => name).sort()).toEqual([
		`${manifest.name}.lmChatWandbInference`,
		`${manifest.name}.wandbInferenceChat`,
		`${manifest.name}.wandbInferenceChatTool`,
	]);
	const credentials = await session.readFile<TypeDescription[]>('/types/credentials.json');
	expect(credentials.map(({ name }) => name)).toContain('wandbInferenceApi');
});

test('the installed package contains what n8n needs and nothing else', async () => {
	const entries = await readdir(installedFolder, { recursive: true });
	const unexpected = entries.filter(
		(path) => !/^(dist(\/|$)|package\.json$|README|LICENSE|CHANGELOG)/.test(path),
	);
	expect(unexpected).toEqual([]);
	const developmentFiles = entries.filter(
		(path) => /test|simulator|\.ts$/.test(path) && !/\.d\.ts$/.test(path),
	);
	expect(developmentFiles).toEqual([]);
});

test('the installed package depends on no other package', async () => {
	const text = await readFile(join(installedFolder, 'package.json'), 'utf8');
	expect(JSON.parse(text)).not.toHaveProperty('dependencies');
});

test.each(['light', 'dark'] as const)('n8n serves the %s icon of each node', async (theme) => {
	const nodes = await readNodeTypes();
	expect(nodes).toHaveLength(3);
	for (const { iconUrl } of nodes) {
		const path = typeof iconUrl === 'object' ? iconUrl[theme] : undefined;
		const response = await fetch(`${n8nUrl}/${String(path)}`);
		expect(response.headers.get('content-type')).toMatch(/^image\/svg\+xml/);
		expect(await response.text()).toContain('<svg');
	}
});
