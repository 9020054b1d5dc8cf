/* eslint-disable @n8n/community-nodes/no-restricted-globals, @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/require-node-api-error -- not shipped: runs outside n8n */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { availableParallelism, cpus, loadavg, release, totalmem, type } from 'node:os';
import { dirname } from 'node:path';
import n8nCore from 'n8n-core/package.json';
import undici from 'undici/package.json';
import manifest from '../package.json';
import type { BurstResult } from './burst';
import type { FirstChunkCase } from './firstChunk';
import type { MemoryCase } from './memory';
import type { OverheadCase } from './overhead';
import type { OverheadInN8nCase } from './overheadInN8n';
import type { ParseSpeedCase } from './parseSpeed';
import type { RealN8nResult } from './realN8n';
import type { OracleCase } from './timeAgainstOracle';

/** When and where a part was measured: parts may be measured again one by one. */
export interface Circumstances {
	date: string;
	durationSeconds: number;
	machine: { processor: string; cores: number; memoryGigabytes: number; system: string };
	versions: { package: string; node: string; 'n8n-core': string; undici: string };
	/** Load average of the last minute, before and after: above the cores means that others ran too. */
	load: { before: number; after: number };
}

export interface Measured<Result> {
	circumstances: Circumstances;
	result: Result;
}

/** Everything in `docs/benchmarks.json`, each part as it was measured last. */
export interface BenchmarkResults {
	timeAgainstOracle?: Measured<OracleCase[]>;
	overhead?: Measured<OverheadCase[]>;
	overheadInN8n?: Measured<OverheadInN8nCase[]>;
	firstChunk?: Measured<FirstChunkCase[]>;
	parseSpeed?: Measured<ParseSpeedCase[]>;
	memory?: Measured<MemoryCase[]>;
	burst?: Measured<BurstResult>;
	realN8n?: Measured<RealN8nResult>;
}

/** Measures and notes under which circumstances. */
export async function withCircumstances<Result>(
	measure: () => Promise<Result>,
): Promise<Measured<Result>> {
	const date = new Date().toISOString();
	const startedMs = performance.now();
	const loadBefore = currentLoad();
	const result = await measure();
	const circumstances = {
		date,
		durationSeconds: Math.round((performance.now() - startedMs) / 1000),
		machine: {
			processor: cpus()[0]?.model ?? 'unknown',
			cores: availableParallelism(),
			memoryGigabytes: Math.round(totalmem() / 2 ** 30),
			system: `${type()} ${release()}`,
		},
		versions: {
			package: manifest.version,
			node: process.versions.node,
			'n8n-core': n8nCore.version,
			undici: undici.version,
		},
		load: { before: loadBefore, after: currentLoad() },
	};
	return { circumstances, result };
}

/** The results of earlier runs; none when there is no file. */
export async function readResults(file: string): Promise<BenchmarkResults> {
	try {
		return JSON.parse(await readFile(file, 'utf8')) as BenchmarkResults;
	} catch (error) {
		if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return {};
		throw error;
	}
}

export async function writeResults(file: string, results: BenchmarkResults): Promise<void> {
	await mkdir(dirname(file), { recursive: true });
	await writeFile(file, `${JSON.stringify(results, roundNumbers, '\t')}\n`);
}

/** More digits than were measured only make differences look like changes. */
function roundNumbers(_: string, value: unknown): unknown {
	return typeof value === 'number' ? Number(value.toPrecision(4)) : value;
}

function currentLoad(): number {
	return Math.round((loadavg()[0] ?? 0) * 10) / 10;
}
