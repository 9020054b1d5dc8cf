/* eslint-disable @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/no-restricted-globals, @n8n/community-nodes/no-dangerous-functions -- not shipped: runs outside n8n */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
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
		/^(package\.json|README\.md|LICENSE|dist\/(credentials|inference|nodes)\/.*\.js|dist\/icons\/.*\.svg|dist\/inference\/jsonAnswers\/bundled\.LICENSES\.txt|dist\/nodes\/.*\.node\.json)$/;
	expect(publishedFiles().filter((file) => !expected.test(file))).toEqual([]);
});

test('the package is under 450 kB unpacked', () => {
	const bytes = publishedFiles().reduce(
		(sum, file) => sum + statSync(path.join(published, file)).size,
		0,
	);
	expect(bytes).toBeLessThan(450_000);
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

test('the package contains the libraries that it uses, with their licenses', () => {
	const folder = path.join(published, 'dist/inference/jsonAnswers');
	const code = readFileSync(path.join(folder, 'bundled.js'), 'utf8');
	expect(code).not.toMatch(/require\(/);
	const licenses = readFileSync(path.join(folder, 'bundled.LICENSES.txt'), 'utf8');
	for (const name of ['@cfworker/json-schema', 'jsonrepair']) expect(licenses).toContain(name);
	const script = `
		const { JsonSchema } = require(${JSON.stringify(path.join(folder, 'JsonSchema.js'))});
		console.log(new JsonSchema({ type: 'string' }).check(1)[0].message);`;
	const { stdout } = spawnSync('node', ['-e', script], { cwd: tmpdir(), encoding: 'utf8' });
	expect(stdout).toBe('must be string, not number\n');
});
