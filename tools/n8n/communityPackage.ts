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

async function readManifest(folder: string): Promise<PackageManifest> {
	return JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as PackageManifest;
}

async function makePlace(userFolder: string, packageName: string): Promise<string> {
	const place = join(userFolder, '.n8n/nodes/node_modules', packageName);
	await mkdir(dirname(place), { recursive: true });
	await rm(place, { recursive: true, force: true });
	return place;
}

/**
 * Makes n8n load the package from its own folder. Such a package finds the `n8n-workflow` of that
 * folder, not n8n's: n8n then does not recognise the classes of its errors.
 */
export async function linkPackage(userFolder: string, packageFolder: string): Promise<void> {
	const { name } = await readManifest(packageFolder);
	await symlink(packageFolder, await makePlace(userFolder, name), 'dir');
}

/** Packs the package as `npm publish` would and answers the tarball's path. */
export async function packPackage(packageFolder: string, targetFolder: string): Promise<string> {
	await mkdir(targetFolder, { recursive: true });
	const { stdout } = await run(
		'npm',
		['pack', '--silent', '--ignore-scripts', '--pack-destination', targetFolder],
		{ cwd: packageFolder },
	);
	return join(targetFolder, stdout.trim());
}

/** Puts the tarball where n8n's own installer would, with the manifest cut as it cuts it. */
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
		await rename(unpackedFolder, await makePlace(userFolder, manifest.name));
	} finally {
		await rm(unpackedFolder, { recursive: true, force: true });
	}
}
