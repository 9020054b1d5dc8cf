/* eslint-disable @n8n/community-nodes/no-restricted-globals, @n8n/community-nodes/no-restricted-imports -- not shipped: runs outside n8n */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { SetupProblem } from '../../../tools/n8n/SetupProblem';

/** Debian keeps the programs of each PostgreSQL version in a folder outside `PATH`. */
const postgresFolder = '/usr/lib/postgresql';

function programFolders(): string[] {
	const versions = existsSync(postgresFolder) ? readdirSync(postgresFolder) : [];
	return [
		...(process.env.PATH ?? '').split(':'),
		...versions.map((version) => join(postgresFolder, version, 'bin')),
	];
}

/** The path of an installed program. If it is missing, the error names the Debian package. */
export function findProgram(name: string, debianPackage: string): string {
	const found = programFolders()
		.map((folder) => join(folder, name))
		.find((path) => existsSync(path));
	if (found) return found;
	throw new SetupProblem(
		`The queue tests need "${name}". On Debian: "apt-get install ${debianPackage}".`,
	);
}
