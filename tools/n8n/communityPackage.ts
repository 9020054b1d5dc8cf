/* eslint-disable @n8n/community-nodes/no-restricted-imports -- not shipped: runs outside n8n */
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

interface PackageManifest {
	name: string;
	[field: string]: unknown;
}

/**
 * Makes n8n load the package from its own folder. The package then uses the `n8n-workflow` in that
 * folder instead of n8n's, so n8n does not recognize its error classes.
 */
export async function linkPackage(userFolder: string, packageFolder: string): Promise<void> {
	const { name } = await readManifest(packageFolder);
	await symlink(packageFolder, await clearInstallPath(userFolder, name), 'dir');
}

/** Packs the package as `npm publish` would. Returns the path of the tarball. */
export async function packPackage(packageFolder: string, targetFolder: string): Promise<string> {
	await mkdir(targetFolder, { recursive: true });
	const { stdout } = await run(
		'npm',
		['pack', '--silent', '--ignore-scripts', '--pack-destination', targetFolder],
		{ cwd: packageFolder },
	);
	return join(targetFolder, stdout.trim());
}

/** Installs the tarball the way n8n does, including its changes to `package.json`. */
export async function installTarball(userFolder: string, tarball: string): Promise<void> {
	await mkdir(userFolder, { recursive: true });
	const unpackedFolder = await mkdtemp(join(userFolder, 'unpacked-'));
	try {
		await run('tar', ['-xzf', tarball, '-C', unpackedFolder, '--strip-components=1']);
		const manifest = await readManifest(unpackedFolder);
		delete manifest.devDependencies;
		delete manifest.peerDependencies;
		delete manifest.optionalDependencies;
		await writeFile(join(unpackedFolder, 'package.json'), JSON.stringify(manifest, null, 2));
		await rename(unpackedFolder, await clearInstallPath(userFolder, manifest.name));
	} finally {
		await rm(unpackedFolder, { recursive: true, force: true });
	}
}

async function readManifest(folder: string): Promise<PackageManifest> {
	return JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as PackageManifest;
}

async function clearInstallPath(userFolder: string, packageName: string): Promise<string> {
	const installPath = join(userFolder, '.n8n/nodes/node_modules', packageName);
	await mkdir(dirname(installPath), { recursive: true });
	await rm(installPath, { recursive: true, force: true });
	return installPath;
}
