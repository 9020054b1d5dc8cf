/* eslint-disable @n8n/community-nodes/no-restricted-globals, @n8n/community-nodes/no-restricted-imports -- not shipped: runs outside n8n */
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join, relative } from 'node:path';
import { build } from 'esbuild';
import manifest from '../package.json';

const root = join(__dirname, '..');
const dist = join(root, 'dist');
const licensesFile = 'bundled.LICENSES.txt';
const entryPoints = [...manifest.n8n.credentials, ...manifest.n8n.nodes];

/**
 * Replaces the compiled code in `dist/` with `bundled.js`, which contains all code of the package and
 * of the libraries it uses, and a one-line file for each node and credential, where n8n looks for it.
 * It has to be a single bundle, because the nodes share state, such as the concurrency limit. Run by
 * `npm run build` after the compiler.
 */
async function bundlePackage(): Promise<void> {
	await removeCompiledCode();
	const { metafile } = await build({
		stdin: {
			contents: entryPoints
				.map((file) => `export * from './${relative('dist', file)}';`)
				.join('\n'),
			resolveDir: root,
			loader: 'ts',
		},
		absWorkingDir: root,
		outfile: join(dist, 'bundled.js'),
		bundle: true,
		platform: 'node',
		target: 'node20',
		external: Object.keys(manifest.peerDependencies),
		// import() would not find packages of n8n, because it ignores NODE_PATH. require() does not.
		supported: { 'dynamic-import': false },
		minify: true,
		// Node.js prints the whole line that an uncaught error comes from.
		lineLimit: 500,
		banner: { js: `// Licenses of the libraries: ${licensesFile}` },
		metafile: true,
		logLevel: 'warning',
	});
	await copyLicenses(Object.keys(metafile.inputs));
	for (const file of entryPoints) await writeEntryPoint(file);
}

async function removeCompiledCode(): Promise<void> {
	const files = await readdir(dist, { recursive: true });
	for (const file of files) if (file.endsWith('.js')) await rm(join(dist, file));
}

/** Fails if the license of a bundled library is missing. */
async function copyLicenses(bundledFiles: string[]): Promise<void> {
	const licenses = await readFile(join(root, 'inference/jsonAnswers', licensesFile), 'utf8');
	for (const file of bundledFiles) {
		const library = /.*node_modules\/((@[^/]+\/)?[^/]+)/.exec(file)?.[1];
		if (library !== undefined && !licenses.includes(`${library}\n`)) {
			throw new Error(`${licensesFile} lacks the license of ${library}, which the code imports.`);
		}
	}
	await writeFile(join(dist, licensesFile), licenses);
}

/** Re-exports the class with the name of the file, as n8n expects. */
async function writeEntryPoint(file: string): Promise<void> {
	const [className] = basename(file).split('.');
	const bundle = relative(dirname(file), 'dist/bundled.js');
	await writeFile(join(root, file), `exports.${className} = require('${bundle}').${className};\n`);
}

void bundlePackage();
