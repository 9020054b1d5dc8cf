/* eslint-disable @n8n/community-nodes/no-restricted-globals, @n8n/community-nodes/no-restricted-imports, no-console -- not shipped: runs outside n8n */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { format, resolveConfig } from 'prettier';
import { useTemporaryUserFolder } from '../tools/engine/useTemporaryUserFolder';
import { measureBurst } from './burst';
import { measureFirstChunk } from './firstChunk';
import { measureMemory } from './memory';
import { measureNodeComparison } from './nodeComparison';
import { measureOverhead } from './overhead';
import { measureOverheadInN8n } from './overheadInN8n';
import { measurePacing } from './pacing';
import { measureParseSpeed } from './parseSpeed';
import { formatReport, formatSection } from './report';
import { readResults, withConditions, writeResults, type BenchmarkResults } from './results';
import { fullScale, quickScale, type Scale } from './scale';
import { SimulatorHost } from './SimulatorHost';
import { measureTimeAgainstOptimum } from './timeAgainstOptimum';
import { isN8nInstalled } from './withN8n';

const usage = `Measures the node and writes the results to docs/benchmarks.json and docs/benchmarks.md.

npm run bench -- [parts] [options]
  a         time compared to the optimum, under concurrency limits that the node does not know,
            and in situations that are hard for it
  b         overhead compared to n8n's HTTP helper and undici, and in a running n8n *
  c         streaming: time to first chunk, parsing speed
  d         memory for 1,000 and 10,000 items
  e         burst of 100 executions
  f         comparison with other nodes in a running n8n *
  --quick   measure a tenth of the items once and write no files, to check that everything works
  --help    show this help

Without parts, measures all of them, which takes about 23 minutes (part f: about 8 minutes).
* Only if n8n is installed. To install it, run npm start once.`;

const docs = join(__dirname, '../docs');

type PartLetter = 'a' | 'b' | 'c' | 'd' | 'e' | 'f';

type Part = (host: SimulatorHost, scale: Scale) => Promise<BenchmarkResults>;

const parts: Record<PartLetter, Part> = {
	a: async (host, scale) => ({
		timeAgainstOptimum: await withConditions(
			async () => await measureTimeAgainstOptimum(host, scale),
		),
		pacing: await withConditions(async () => await measurePacing(host, scale)),
	}),
	b: async (host, scale) => ({
		overhead: await withConditions(async () => await measureOverhead(host, scale)),
		...(await ifN8nInstalled('Part b in a running n8n', async () => ({
			overheadInN8n: await withConditions(async () => await measureOverheadInN8n(host, scale)),
		}))),
	}),
	c: async (host, scale) => ({
		firstChunk: await withConditions(async () => await measureFirstChunk(host, scale)),
		parseSpeed: await withConditions(async () => await measureParseSpeed(scale)),
	}),
	d: async (host, scale) => ({
		memory: await withConditions(async () => await measureMemory(host, scale)),
	}),
	e: async (host, scale) => ({
		burst: await withConditions(async () => await measureBurst(host, scale)),
	}),
	f: async (host, scale) =>
		await ifN8nInstalled('Part f', async () => ({
			nodeComparison: await withConditions(async () => await measureNodeComparison(host, scale)),
		})),
};

/** Skips measurements that need n8n if it is not installed. */
async function ifN8nInstalled(
	partName: string,
	measure: () => Promise<BenchmarkResults>,
): Promise<BenchmarkResults> {
	if (isN8nInstalled()) return await measure();
	console.log(
		`${partName} is skipped because n8n is not installed. To install it, run npm start once.`,
	);
	return {};
}

function isPart(letter: string): letter is PartLetter {
	return Object.hasOwn(parts, letter);
}

/** Saves the results after each part, so that they are not lost if a later part fails. */
async function measureParts(letters: PartLetter[], isQuick: boolean): Promise<void> {
	const host = new SimulatorHost();
	try {
		for (const letter of letters) {
			console.log(`\nMeasuring part ${letter} ...`);
			const measured = await parts[letter](host, isQuick ? quickScale : fullScale);
			console.log(formatSection(measured));
			if (!isQuick) await saveResults(measured);
		}
	} finally {
		host.end();
	}
}

async function saveResults(measured: BenchmarkResults): Promise<void> {
	const file = join(docs, 'benchmarks.json');
	const results = { ...(await readResults(file)), ...measured };
	await writeResults(file, results);
	const reportFile = join(docs, 'benchmarks.md');
	const options = { ...(await resolveConfig(reportFile)), filepath: reportFile };
	await writeFile(reportFile, await format(formatReport(results), options));
}

async function main(): Promise<void> {
	const { values, positionals } = parseArgs({
		allowPositionals: true,
		options: { quick: { type: 'boolean', default: false }, help: { type: 'boolean' } },
	});
	const letters = positionals.length > 0 ? positionals : Object.keys(parts);
	if (values.help || !letters.every(isPart)) {
		console.log(usage);
		process.exitCode = values.help ? 0 : 1;
		return;
	}
	const removeUserFolder = await useTemporaryUserFolder();
	try {
		await measureParts(letters, values.quick);
	} finally {
		await removeUserFolder();
	}
}

main().catch((error: unknown) => {
	console.error(error);
	process.exitCode = 1;
});
