/* eslint-disable @n8n/community-nodes/no-restricted-globals, @n8n/community-nodes/no-restricted-imports, no-console -- not shipped: runs outside n8n */
import { copyFile, mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { format, resolveConfig } from 'prettier';
import { useTemporaryUserFolder } from '../tools/engine/useTemporaryUserFolder';
import { measureBurst } from './burst';
import { measureFirstChunk } from './firstChunk';
import { formatSeconds } from './formatTable';
import { measureMemory } from './memory';
import { measureNodeComparison } from './nodeComparison';
import { measureOverhead } from './overhead';
import { measureOverheadInN8n } from './overheadInN8n';
import { measurePacing } from './pacing';
import { measureParseSpeed } from './parseSpeed';
import { withBenchmarks } from './readmeBenchmarks';
import { formatReport, formatSection } from './report';
import { readResults, withConditions, writeResults, type BenchmarkResults } from './results';
import { fullScale, quickScale, type Scale } from './scale';
import { SimulatorHost } from './SimulatorHost';
import { measureTimeAgainstOptimum } from './timeAgainstOptimum';
import { isN8nInstalled } from './withN8n';

const usage = `Measures the node and writes the results to docs/benchmarks.json, docs/benchmarks.md, and the
table in README.md.

npm run bench -- [parts] [options]
  nodes        comparison with other nodes in a running n8n *
  optimum      time compared to the optimum, under concurrency limits that the node does not know
  pacing       pace in situations that are hard for the node
  overhead     overhead compared to n8n's HTTP helper and undici
  overheadN8n  overhead in a running n8n *
  firstChunk   streaming: time to first chunk
  parsing      streaming: parsing speed
  memory       memory for 1,000 and 10,000 items
  burst        burst of 100 executions
  --quick      measure a tenth of the items once and write the files to a temporary folder, to check
               that everything works
  --help       show this help

Without parts, measures all of them, which takes up to 30 minutes (nodes: up to 15 minutes).
* Only if n8n is installed. To install it, run npm start once.`;

const packageFolder = join(__dirname, '..');

/** Measures a part and returns its result. */
type Part = (host: SimulatorHost, scale: Scale) => Promise<BenchmarkResults>;

const parts: Record<string, Part> = {
	nodes: async (host, scale) =>
		await ifN8nInstalled(async () => ({
			nodes: await withConditions(async () => await measureNodeComparison(host, scale)),
		})),
	optimum: async (host, scale) => ({
		timeAgainstOptimum: await withConditions(
			async () => await measureTimeAgainstOptimum(host, scale),
		),
	}),
	pacing: async (host, scale) => ({
		pacing: await withConditions(async () => await measurePacing(host, scale)),
	}),
	overhead: async (host, scale) => ({
		overhead: await withConditions(async () => await measureOverhead(host, scale)),
	}),
	overheadN8n: async (host, scale) =>
		await ifN8nInstalled(async () => ({
			overheadInN8n: await withConditions(async () => await measureOverheadInN8n(host, scale)),
		})),
	firstChunk: async (host, scale) => ({
		firstChunk: await withConditions(async () => await measureFirstChunk(host, scale)),
	}),
	parsing: async (_, scale) => ({
		parseSpeed: await withConditions(async () => await measureParseSpeed(scale)),
	}),
	memory: async (host, scale) => ({
		memory: await withConditions(async () => await measureMemory(host, scale)),
	}),
	burst: async (host, scale) => ({
		burst: await withConditions(async () => await measureBurst(host, scale)),
	}),
};

/** Skips a part that needs n8n if it is not installed. */
async function ifN8nInstalled(measure: () => Promise<BenchmarkResults>): Promise<BenchmarkResults> {
	if (isN8nInstalled()) return await measure();
	console.log('Skipped because n8n is not installed. To install it, run npm start once.');
	return {};
}

/** Saves each result at once. A part that fails does not keep the others from being measured. */
async function measureParts(names: string[], scale: Scale, folder: string): Promise<void> {
	const host = new SimulatorHost();
	const failed: string[] = [];
	try {
		for (const [position, name] of names.entries()) {
			const startedMs = performance.now();
			console.log(`\n[${position + 1}/${names.length}] Measuring ${name} ...`);
			try {
				const measured = (await parts[name]?.(host, scale)) ?? {};
				console.log(formatSection(measured));
				await saveResults(measured, folder);
			} catch (error) {
				console.error(`${name} failed.`, error);
				failed.push(name);
			}
			console.log(`${name} took ${formatSeconds(performance.now() - startedMs)}.`);
		}
	} finally {
		host.end();
	}
	console.log(`\nThe results are in ${folder}.`);
	if (failed.length > 0) throw new Error(`Failed parts: ${failed.join(', ')}.`);
}

/** Writes `docs/benchmarks.json`, `docs/benchmarks.md`, and the table in `README.md`. */
async function saveResults(measured: BenchmarkResults, folder: string): Promise<void> {
	const file = join(folder, 'docs/benchmarks.json');
	const results = { ...(await readResults(file)), ...measured };
	await writeResults(file, results);
	await writeFormatted(join(folder, 'docs/benchmarks.md'), formatReport(results));
	if (!measured.nodes) return;
	const readmeFile = join(folder, 'README.md');
	const readme = await readFile(readmeFile, 'utf8');
	await writeFormatted(readmeFile, withBenchmarks(readme, measured.nodes));
}

async function writeFormatted(file: string, markdown: string): Promise<void> {
	const options = await resolveConfig(join(packageFolder, 'README.md'));
	await writeFile(file, await format(markdown, { ...options, filepath: file }));
}

/** A folder that contains the files that the results are written to. */
async function createQuickFolder(): Promise<string> {
	const folder = await mkdtemp(join(tmpdir(), 'bench-'));
	await copyFile(join(packageFolder, 'README.md'), join(folder, 'README.md'));
	return folder;
}

async function main(): Promise<void> {
	const { values, positionals } = parseArgs({
		allowPositionals: true,
		options: { quick: { type: 'boolean', default: false }, help: { type: 'boolean' } },
	});
	const names = positionals.length > 0 ? positionals : Object.keys(parts);
	if (values.help || !names.every((name) => Object.hasOwn(parts, name))) {
		console.log(usage);
		process.exitCode = values.help ? 0 : 1;
		return;
	}
	const removeUserFolder = await useTemporaryUserFolder();
	try {
		const folder = values.quick ? await createQuickFolder() : packageFolder;
		await measureParts(names, values.quick ? quickScale : fullScale, folder);
	} finally {
		await removeUserFolder();
	}
}

main().catch((error: unknown) => {
	console.error(error);
	process.exitCode = 1;
});
