/* eslint-disable @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/no-restricted-globals, @n8n/community-nodes/no-dangerous-functions -- not shipped: runs outside n8n */
import { execFileSync, spawnSync } from 'node:child_process';
import {
	mkdirSync,
	mkdtempSync,
	readdirSync,
	readFileSync,
	rmSync,
	statSync,
	symlinkSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import manifest from '../package.json';

const root = path.dirname(__dirname);
let folder: string;
let published: string;

beforeAll(() => {
	folder = mkdtempSync(path.join(tmpdir(), 'wandb-package-'));
	execFileSync('npm', ['run', 'build'], { cwd: root, stdio: 'ignore' });
	const [packed] = JSON.parse(
		execFileSync('npm', ['pack', '--json', '--pack-destination', folder], {
			cwd: root,
			encoding: 'utf8',
			stdio: ['ignore', 'pipe', 'ignore'],
		}),
	) as Array<{ filename: string }>;
	execFileSync('tar', ['-xzf', packed?.filename ?? ''], { cwd: folder });
	published = path.join(folder, 'package');
}, 120_000);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

function publishedFiles(): string[] {
	return readdirSync(published, { recursive: true, encoding: 'utf8' }).filter((file) =>
		statSync(path.join(published, file)).isFile(),
	);
}

test('the package contains what users need and nothing else', () => {
	const expected =
		/^(package\.json|README\.md|LICENSE|dist\/bundled\.js|dist\/bundled\.LICENSES\.txt|dist\/credentials\/\w+\.credentials\.js|dist\/nodes\/.*\.node\.js(on)?|dist\/icons\/.*\.svg)$/;
	expect(publishedFiles().filter((file) => !expected.test(file))).toEqual([]);
});

test('the package is under 250 kB unpacked', () => {
	const bytes = publishedFiles().reduce(
		(sum, file) => sum + statSync(path.join(published, file)).size,
		0,
	);
	expect(bytes).toBeLessThan(250_000);
});

test('the package contains every file that package.json names', () => {
	const files = publishedFiles();
	expect(
		[...manifest.n8n.credentials, ...manifest.n8n.nodes].filter((file) => !files.includes(file)),
	).toEqual([]);
});

test('the package has no runtime dependencies', () => {
	const { dependencies, optionalDependencies, bundleDependencies } = JSON.parse(
		readFileSync(path.join(published, 'package.json'), 'utf8'),
	) as Record<string, object | undefined>;
	expect({ ...dependencies, ...optionalDependencies, ...bundleDependencies }).toEqual({});
});

test("n8n's scanner for verified packages finds no problems", () => {
	const { stdout } = spawnSync('node', ['scripts/scan.mjs', published], {
		cwd: root,
		encoding: 'utf8',
		// With NODE_ENV 'test', the lint plugin uses file names from its own fixtures.
		env: { ...process.env, NODE_ENV: 'production' },
	});
	expect(stdout).toBe('published files: passed\nsources: passed\n');
}, 120_000);

test('the package requires only crypto and packages of n8n, and contains the licenses of its libraries', () => {
	const read = (file: string) => readFileSync(path.join(published, 'dist', file), 'utf8');
	const code = read('bundled.js');
	const required = Array.from(code.matchAll(/\brequire\(["'`]([^"'`]*)/g), ([, name]) => name);
	expect(new Set(required)).toEqual(new Set([...Object.keys(manifest.peerDependencies), 'crypto']));
	// import() would not find packages of n8n.
	expect(code).not.toMatch(/\bimport\(/);
	const licenses = read('bundled.LICENSES.txt');
	for (const name of ['@cfworker/json-schema', 'jsonrepair']) expect(licenses).toContain(name);
});

/**
 * Runs a script in a process that, like n8n's, finds packages of n8n through `NODE_PATH`. Returns what
 * the script passes to `report`.
 */
function runInstalled(script: string, packages = path.join(root, 'node_modules')): unknown {
	const prelude = `
		const load = (file) => new (require('./' + file)[file.split('/').pop().split('.')[0]])();
		const [chat, model] = ${JSON.stringify(manifest.n8n.nodes)};
		const credential = ${JSON.stringify(manifest.n8n.credentials[0])};
		const sdkFiles = () => Object.keys(require.cache).filter((file) => /ai-node-sdk/.test(file));
		const report = (facts) => console.log(JSON.stringify(facts));`;
	const { stdout, stderr } = spawnSync('node', ['-e', `${prelude}\n${script}`], {
		cwd: published,
		encoding: 'utf8',
		env: { ...process.env, NODE_PATH: packages },
	});
	expect(stderr).toBe('');
	return JSON.parse(stdout);
}

test('n8n finds a class with the name of its file for every node and the credential', () => {
	expect(
		runInstalled(`
			const [chatNode, modelNode] = [chat, model].map((file) => load(file).description);
			report([chatNode.name, modelNode.name, load(credential).name]);`),
	).toEqual(['wandbInferenceChat', 'lmChatWandbInference', 'wandbInferenceApi']);
});

test('both nodes run the same code, so they share what they know about an account', () => {
	expect(
		runInstalled(`
			const [chatSearch, modelSearch] = [chat, model].map((file) => load(file).methods.listSearch);
			report([typeof chatSearch.searchModels, chatSearch.searchModels === modelSearch.searchModels]);`),
	).toEqual(['function', true]);
});

test("n8n's AI node SDK is only loaded when the sub-node runs", () => {
	expect(
		runInstalled(`
			for (const file of [chat, model, credential]) load(file);
			const before = sdkFiles().length;
			load(model).supplyData.call({}, 0).catch(() => report([before, sdkFiles().length > 0]));`),
	).toEqual([0, true]);
});

test('in an n8n without the SDK, both nodes load and the sub-node says that n8n is too old', () => {
	const packages = path.join(folder, 'packages');
	mkdirSync(packages);
	symlinkSync(path.join(root, 'node_modules/n8n-workflow'), path.join(packages, 'n8n-workflow'));
	const script = `
		load(chat);
		const supply = () => load(model).supplyData.call({ getNode: () => ({}) }, 0);
		const messageOf = (error) => error.message;
		supply().catch(messageOf).then(async (first) => report([first, await supply().catch(messageOf)]));`;
	const message = 'This version of n8n cannot run the W&B Inference Chat Model';
	expect(runInstalled(script, packages)).toEqual([message, message]);
});
