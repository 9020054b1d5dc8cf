import { formatSummary } from './nodeComparisonTables';
import type { NodeComparison } from './nodeComparison';
import type { Measured } from './results';

const startMark = '<!-- benchmarks: written by npm run bench -->';
const endMark = '<!-- end of benchmarks -->';

/** Replaces what is between the two comments in the README. */
export function withBenchmarks(readme: string, comparison: Measured<NodeComparison>): string {
	const start = readme.indexOf(startMark);
	const end = readme.indexOf(endMark);
	if (start === -1 || end < start) {
		throw new Error(`README.md must contain ${startMark} and, after it, ${endMark}.`);
	}
	const { result, conditions } = comparison;
	const { date, machine } = conditions;
	const text = `Time (or growth of memory) with default settings in n8n ${result.n8nVersion} on ${machine.cores} cores, measured on ${date.slice(0, 10)}. If items failed, the table shows how many instead:

${formatSummary(result)}`;
	return `${readme.slice(0, start)}${startMark}\n\n${text}\n\n${readme.slice(end)}`;
}
