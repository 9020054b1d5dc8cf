/* eslint-disable @n8n/community-nodes/no-restricted-globals, @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/require-node-api-error -- not shipped: runs outside n8n */
import { execFile } from 'node:child_process';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { packPackage } from '../../../tools/n8n/communityPackage';
import { SetupProblem } from '../../../tools/n8n/SetupProblem';

const packageFolder = join(__dirname, '../../..');

/** Removes the frames of the spinner, which would fill pages. */
function withoutSpinner(output: string): string {
	const lines = output.split('\n');
	return lines.filter((line) => !line.includes('\u001b[999D')).join('\n');
}

/**
 * Builds the package, packs it as `npm publish` would, and returns the tarball's path. `E2E_TARBALL`
 * uses an existing tarball instead, such as one from the registry.
 */
export async function buildTarball(targetFolder: string): Promise<string> {
	if (process.env.E2E_TARBALL) return resolve(process.env.E2E_TARBALL);
	try {
		await promisify(execFile)('npm', ['run', 'build'], { cwd: packageFolder });
	} catch (error) {
		const output =
			error instanceof Error && 'stdout' in error ? withoutSpinner(String(error.stdout)) : '';
		throw new SetupProblem(`The package failed to build.\n\n${output}${String(error)}`);
	}
	return await packPackage(packageFolder, targetFolder);
}
