/* eslint-disable @n8n/community-nodes/no-restricted-globals, @n8n/community-nodes/no-restricted-imports, no-console -- not shipped: runs outside n8n */
import { readdirSync, statSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { parseArgs } from 'node:util';
import type { Mutant } from '@stryker-mutator/api/core';
import { drawSample } from './mutation/drawSample';
import { listMutants } from './mutation/listMutants';
import { mutantKey } from './mutation/mutantKey.mjs';
import { isMissed, summarize } from './mutation/summarize';
import { testMutants, type TestedMutant } from './mutation/testMutants';

const usage = `Runs the tests against a random sample of mutants and prints the score.

npm run test:mutation -- [options] [folders or files]

  --sample N  How many mutants to test (default 300), or "all"
  --seed N    Draws the same mutants again

Without folders: inference and nodes. Exits with 1 if the score is below 90%.`;

const requiredScore = 0.9;
const folders = ['inference', 'nodes'];
/** Run all of the code, so they also test the mutants that the tests of their folder missed. */
const nodeTests = 'test/nodes';

/** Files of texts and tables of fields. Tests are not meant to notice every change to them. */
const isDescription = (path: string) => /(Fields?|\.node)\.ts$/.test(path);

function sourceFiles(path: string): string[] {
	const paths = statSync(path).isDirectory()
		? readdirSync(path, { recursive: true, encoding: 'utf8' }).map((name) => join(path, name))
		: [path];
	return paths.filter((name) => name.endsWith('.ts') && !isDescription(name)).sort();
}

const folderOf = ({ fileName }: Mutant) => relative(process.cwd(), dirname(fileName));

/** The tests of a mutant's own folder, which load faster than those of the nodes. */
function ownTestsOf(mutant: Mutant): string {
	const [top, folder] = folderOf(mutant).split('/');
	return top === 'nodes' ? `test/nodes/${folder}` : `test/${top}`;
}

/** Runs the tests of each mutant's folder, then those of the nodes against the missed mutants. */
async function testAll(sample: Mutant[]): Promise<TestedMutant[]> {
	const results = new Map<string, TestedMutant>();
	const test = async (mutants: Mutant[], tests: string) => {
		if (mutants.length === 0) return;
		const tested = await testMutants(mutants, tests);
		for (const result of tested) results.set(mutantKey(result), result);
	};
	for (const tests of new Set(sample.map(ownTestsOf))) {
		await test(
			sample.filter((mutant) => ownTestsOf(mutant) === tests),
			tests,
		);
	}
	const missed = new Set([...results.values()].filter(isMissed).map(mutantKey));
	await test(
		sample.filter((mutant) => missed.has(mutantKey(mutant))),
		nodeTests,
	);
	return [...results.values()];
}

async function main(): Promise<void> {
	const { values, positionals } = parseArgs({
		allowPositionals: true,
		options: {
			sample: { type: 'string', default: '300' },
			seed: { type: 'string' },
			help: { type: 'boolean' },
		},
	});
	if (values.help) return console.log(usage);
	const startedAtMs = performance.now();
	const paths = positionals.length > 0 ? positionals : folders;
	const mutants = await listMutants(paths.flatMap(sourceFiles));
	const count = Math.min(
		values.sample === 'all' ? Infinity : Number(values.sample),
		mutants.length,
	);
	const seed = Number(values.seed ?? Math.floor(Math.random() * 2 ** 32));
	if (!(count > 0 && seed >= 0)) {
		throw new Error(`--sample must be a number above 0 or "all", --seed a number.\n\n${usage}`);
	}
	console.log(`${count} of ${mutants.length} mutants in ${paths.join(', ')}, seed ${seed}.`);
	const sample = drawSample(mutants, folderOf, { count, seed });
	const { text, score } = summarize(await testAll(sample));
	const minutes = ((performance.now() - startedAtMs) / 60_000).toFixed(1);
	console.log(`\n${text}\n${minutes} minutes. Seed ${seed}.`);
	if (!(score >= requiredScore)) process.exitCode = 1;
}

void main();
