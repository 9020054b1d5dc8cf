/* eslint-disable @n8n/community-nodes/no-restricted-imports -- not shipped: runs outside n8n */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Mutant } from '@stryker-mutator/api/core';

/** The methods of a logger that the instrumenter calls. */
const silent = { isDebugEnabled: () => false, debug() {}, info() {}, warn() {} };

/** Every mutant that Stryker creates from the files. */
export async function listMutants(files: string[]): Promise<Mutant[]> {
	const { Instrumenter } = await import('@stryker-mutator/instrumenter');
	const { mutants } = await new Instrumenter(silent).instrument(
		files.map((name) => ({
			name: resolve(name),
			content: readFileSync(name, 'utf8'),
			mutate: true as const,
		})),
		{ plugins: null, excludedMutations: [], ignorers: [] },
	);
	return [...mutants];
}
