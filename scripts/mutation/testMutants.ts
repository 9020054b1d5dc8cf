/* eslint-disable @n8n/community-nodes/no-restricted-globals, @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/no-dangerous-functions -- not shipped: runs outside n8n */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Mutant, MutantStatus, Position } from '@stryker-mutator/api/core';
import config from './stryker.json';
import { mutantKey } from './mutantKey.mjs';

export interface TestedMutant
	extends Pick<Mutant, 'fileName' | 'location' | 'mutatorName' | 'replacement'> {
	status: MutantStatus;
}

/** Stryker's report, as far as it is read here. */
interface Report {
	files: Record<string, { mutants: Array<Omit<TestedMutant, 'fileName'>> }>;
}

const strykerBin = 'node_modules/@stryker-mutator/core/bin/stryker.js';

/** Runs the tests in a folder against each of the mutants. */
export async function testMutants(mutants: Mutant[], testFolder: string): Promise<TestedMutant[]> {
	const keys = new Set(mutants.map(mutantKey));
	const folder = mkdtempSync(join(tmpdir(), 'wandb-inference-mutation-'));
	try {
		const report = join(folder, 'report.json');
		const configFile = join(folder, 'stryker.json');
		writeFileSync(configFile, JSON.stringify(configFor(keys, testFolder, report)));
		const stryker = spawn(process.execPath, [strykerBin, 'run', configFile], { stdio: 'inherit' });
		const [exitCode] = (await once(stryker, 'exit')) as [number | null];
		if (exitCode !== 0) throw new Error(`Stryker ended with exit code ${exitCode}.`);
		const tested = readReport(report).filter((mutant) => keys.has(mutantKey(mutant)));
		if (tested.length === keys.size) return tested;
		throw new Error(`Stryker reports ${tested.length} of ${keys.size} mutants.`);
	} finally {
		rmSync(folder, { recursive: true });
	}
}

function configFor(keys: Set<string>, testFolder: string, report: string): object {
	const jestConfig = {
		...config.jest.config,
		testMatch: [`<rootDir>/${testFolder}/**/*.test.ts`],
	};
	return {
		...config,
		jest: { ...config.jest, config: jestConfig },
		mutate: [...new Set([...keys].map((key) => key.slice(0, key.indexOf(':'))))],
		jsonReporter: { fileName: report },
		sampledMutants: [...keys],
	};
}

function readReport(file: string): TestedMutant[] {
	const { files } = JSON.parse(readFileSync(file, 'utf8')) as Report;
	return Object.entries(files).flatMap(([fileName, { mutants }]) =>
		mutants.map(({ location: { start, end }, ...mutant }) => ({
			...mutant,
			fileName,
			location: { start: countedFromZero(start), end: countedFromZero(end) },
		})),
	);
}

/** Stryker's reports count lines and columns from 1, its mutants from 0. */
function countedFromZero({ line, column }: Position): Position {
	return { line: line - 1, column: column - 1 };
}
