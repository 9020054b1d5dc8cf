/* eslint-disable @n8n/community-nodes/no-restricted-globals, @n8n/community-nodes/no-restricted-imports -- not shipped: runs outside n8n */
import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'esbuild';

/**
 * Puts the code of the dependencies that `inference/jsonAnswers/bundled.ts` names into `dist/`, with
 * their licenses. Run by `npm run build` after the compiler.
 */
async function bundleDependencies(): Promise<void> {
	const root = join(__dirname, '..');
	const folder = 'inference/jsonAnswers';
	await build({
		entryPoints: [join(root, folder, 'bundled.ts')],
		outfile: join(root, 'dist', folder, 'bundled.js'),
		bundle: true,
		platform: 'node',
		target: 'node20',
		minifyWhitespace: true,
		logLevel: 'warning',
		banner: { js: '// Licenses: bundled.LICENSES.txt' },
	});
	const licenses = 'bundled.LICENSES.txt';
	await copyFile(join(root, folder, licenses), join(root, 'dist', folder, licenses));
}

void bundleDependencies();
