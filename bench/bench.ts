/* eslint-disable @n8n/community-nodes/no-restricted-globals, @n8n/community-nodes/no-restricted-imports, no-console -- not shipped: runs outside n8n */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { useTemporaryUserFolder } from '../tools/engine/useTemporaryUserFolder';
import { measureBurst } from './burst';
import { drawChart } from './drawChart';
import { measureFirstChunk } from './firstChunk';
import { measureMemory } from './memory';
import { measureOverhead } from './overhead';
import { measureOverheadInN8n } from './overheadInN8n';
import { measureParseSpeed } from './parseSpeed';
import { measureRealN8n } from './realN8n';
import { formatReport, formatSection } from './report';
import { readResults, withCircumstances, writeResults, type BenchmarkResults } from './results';
import { fullScale, quickScale, type Scale } from './scale';
import { SimulatorHost } from './SimulatorHost';
import { measureTimeAgainstOracle } from './timeAgainstOracle';
import { isN8nInstalled } from './withN8n';

const usage = `Measures the node; the results land in docs/benchmarks.json, .md and .svg.

npm run bench -- [parts] [--quick]
  a   time against the optimum under hard limits that the node is not told
  b   overhead beside n8n's own HTTP helper and undici, then in a real n8n, where it is installed
  c   streaming: time to the first chunk, speed of the parser
  d   memory for 1,000 and 10,000 items
  e   a burst of 100 executions
  f   three nodes in a real n8n, where it is installed (npm start installs it)

Without parts everything is measured, in about 23 minutes, a third of them for part f.
--quick measures a tenth of the items once and writes no files: it only shows that all parts work.`;

const docs = join(__dirname, '../docs');

type PartLetter = 'a' | 'b' | 'c' | 'd' | 'e' | 'f';

type Part = (host: SimulatorHost, scale: Scale) => Promise<BenchmarkResults>;

const parts: Record<PartLetter, Part> = {
	a: async (host, scale) => ({
		timeAgainstOracle: await withCircumstances(
			async () => await measureTimeAgainstOracle(host, scale),
		),
	}),
	b: async (host, scale) => ({
		overhead: await withCircumstances(async () => await measureOverhead(host, scale)),
		...(await inN8n('The second half of part b', async () => ({
			overheadInN8n: await withCircumstances(async () => await measureOverheadInN8n(host, scale)),
		}))),
	}),
	c: async (host, scale) => ({
		firstChunk: await withCircumstances(async () => await measureFirstChunk(host, scale)),
		parseSpeed: await withCircumstances(async () => await measureParseSpeed(scale)),
	}),
	d: async (host, scale) => ({
		memory: await withCircumstances(async () => await measureMemory(host, scale)),
	}),
	e: async (host, scale) => ({
		burst: await withCircumstances(async () => await measureBurst(host, scale)),
	}),
	f: async (host, scale) =>
		await inN8n('Part f', async () => ({
			realN8n: await withCircumstances(async () => await measureRealN8n(host, scale)),
		})),
};

/** What can only be measured where n8n is installed. */
async function inN8n(
	what: string,
	measure: () => Promise<BenchmarkResults>,
): Promise<BenchmarkResults> {
	if (isN8nInstalled()) return await measure();
	console.log(`${what} is skipped: n8n is not installed. 'npm start' installs it once.`);
	return {};
}

function isPart(letter: string): letter is PartLetter {
	return Object.hasOwn(parts, letter);
}

/** Each part is published as soon as it is there: a later one that fails costs nothing. */
async function measureParts(letters: PartLetter[], isQuick: boolean): Promise<void> {
	const host = new SimulatorHost();
	try {
		for (const letter of letters) {
			console.log(`\nMeasuring part ${letter} ...`);
			const measured = await parts[letter](host, isQuick ? quickScale : fullScale);
			console.log(formatSection(measured));
			if (!isQuick) await publish(measured);
		}
	} finally {
		host.end();
	}
}

async function publish(measured: BenchmarkResults): Promise<void> {
	const file = join(docs, 'benchmarks.json');
	const results = { ...(await readResults(file)), ...measured };
	await writeResults(file, results);
	await writeFile(join(docs, 'benchmarks.md'), formatReport(results));
	await writeFile(join(docs, 'benchmarks.svg'), drawChart(results));
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
