/* eslint-disable @n8n/community-nodes/no-restricted-globals, @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/require-node-api-error -- not shipped: runs outside n8n */
import { execFile } from 'node:child_process';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { packPackage } from '../../../tools/n8n/communityPackage';
import { SetupProblem } from '../../../tools/n8n/SetupProblem';

const packageFolder = join(__dirname, '../../..');

/** Without the frames of the spinner, which fill pages. */
function withoutSpinner(output: string): string {
	const lines = output.split('\n');
	return lines.filter((line) => !line.includes('\u001b[999D')).join('\n');
}

/**
 * Builds the package and packs it as `npm publish` would; answers the tarball's path. `E2E_TARBALL`
 * names one that was built before, such as one from the registry.
 */
export async function buildTarball(targetFolder: string): Promise<string> {
	if (process.env.E2E_TARBALL) return resolve(process.env.E2E_TARBALL);
	try {
		await promisify(execFile)('npm', ['run', 'build'], { cwd: packageFolder });
	} catch (error) {
		const output =
			error instanceof Error && 'stdout' in error ? withoutSpinner(String(error.stdout)) : '';
		throw new SetupProblem(`The package does not build.\n\n${output}${String(error)}`);
	}
	return await packPackage(packageFolder, targetFolder);
}
