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
import type { NodeComparison } from './nodeComparison';
import type { OverheadCase } from './overhead';
import type { OverheadInN8nCase } from './overheadInN8n';
import type { PacingCase } from './pacing';
import type { ParseSpeedCase } from './parseSpeed';
import type { OptimumCase } from './timeAgainstOptimum';

/** When and where a part was measured. Parts can be measured separately. */
export interface Conditions {
	date: string;
	durationSeconds: number;
	machine: { processor: string; cores: number; memoryGigabytes: number; system: string };
	versions: { package: string; node: string; 'n8n-core': string; undici: string };
	/** Load averages over one minute. More than `cores` means that other processes were running. */
	load: { before: number; after: number };
}

export interface Measured<Result> {
	conditions: Conditions;
	result: Result;
}

/** Contents of `docs/benchmarks.json`: the latest result of each part. */
export interface BenchmarkResults {
	timeAgainstOptimum?: Measured<OptimumCase[]>;
	pacing?: Measured<PacingCase[]>;
	overhead?: Measured<OverheadCase[]>;
	overheadInN8n?: Measured<OverheadInN8nCase[]>;
	firstChunk?: Measured<FirstChunkCase[]>;
	parseSpeed?: Measured<ParseSpeedCase[]>;
	memory?: Measured<MemoryCase[]>;
	burst?: Measured<BurstResult>;
	nodes?: Measured<NodeComparison>;
}

/** Measures and records the conditions. */
export async function withConditions<Result>(
	measure: () => Promise<Result>,
): Promise<Measured<Result>> {
	const date = new Date().toISOString();
	const startedMs = performance.now();
	const loadBefore = currentLoad();
	const result = await measure();
	const conditions = {
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
	return { conditions, result };
}

/** Reads the results of earlier runs. Returns an empty object if there is no file. */
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

/** Rounds to four significant digits, because more would only be noise. */
function roundNumbers(_: string, value: unknown): unknown {
	return typeof value === 'number' ? Number(value.toPrecision(4)) : value;
}

function currentLoad(): number {
	return Math.round((loadavg()[0] ?? 0) * 10) / 10;
}
