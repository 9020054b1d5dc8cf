/* eslint-disable @n8n/community-nodes/no-restricted-imports -- not shipped: runs outside n8n */
import { readFileSync } from 'node:fs';
import type { ComparisonCell, NodeComparison } from '../../bench/nodeComparison';
import { formatNodeComparison, formatSummary } from '../../bench/nodeComparisonTables';
import { withBenchmarks } from '../../bench/readmeBenchmarks';
import type { Measured } from '../../bench/results';

const readme = readFileSync('README.md', 'utf8');

function cell(changes: Partial<ComparisonCell>): ComparisonCell {
	return {
		node: 'wandbInferenceChat',
		scenario: 'plain',
		itemCount: 200,
		runs: 3,
		wallMs: 1234,
		failedItems: 0,
		requestsPerItem: 1,
		...changes,
	};
}

const cells = [
	cell({}),
	cell({ node: 'openAi', failedItems: 12 }),
	cell({ node: 'httpRequest', failedItems: 200, requestsPerItem: 0.5 }),
	cell({ node: 'agentWithOpenAi', problem: 'n8n exited' }),
	cell({ scenario: 'memory', memory: { beforeBytes: 3e8, peakBytes: 4.5e8 } }),
];

function measured(result: NodeComparison): Measured<NodeComparison> {
	return {
		result,
		conditions: {
			date: '2026-01-02T03:04:05Z',
			durationSeconds: 1,
			machine: { processor: 'Z80', cores: 2, memoryGigabytes: 1, system: 'CP/M' },
			versions: { package: '1', node: '24', 'n8n-core': '2', undici: '7' },
			load: { before: 0, after: 0 },
		},
	};
}

test('the README keeps everything outside the comments', () => {
	const result = { n8nVersion: '9.8.7', cells };
	const once = withBenchmarks(readme, measured(result));
	const [, mark = ''] = /(<!-- benchmarks: .*? -->)/.exec(readme) ?? [];
	const end = '<!-- end of benchmarks -->';
	expect(once.split(mark)[0]).toBe(readme.split(mark)[0]);
	expect(once.split(end)[1]).toBe(readme.split(end)[1]);
	expect(once).toContain('in n8n 9.8.7 on 2 cores, measured on 2026-01-02');
	expect(once).toContain(formatSummary(result));
	expect(withBenchmarks(once, measured(result))).toBe(once);
});

test('a README without the comments is refused', () => {
	expect(() => withBenchmarks('# Title', measured({ n8nVersion: '1', cells }))).toThrow(
		'README.md must contain <!-- benchmarks',
	);
});

test('a cell shows the time or memory, or how many items failed', () => {
	const rows = formatSummary({ n8nVersion: '1', cells }).split('\n');
	expect(rows[0]).toBe('| Node | No errors, 200 items | Memory, 200 items |');
	expect(rows[2]).toBe('| W&B Inference Chat | 1.23 s | 150 MB |');
	expect(rows[3]).toBe('| OpenAI (Message a Model) | **12 failed** | – |');
	expect(rows[4]).toContain('| **All failed** |');
	expect(rows.at(-1)).toContain('| Not measured |');
});

test('the known problem of the OpenAI Chat Model with tools is explained if items failed', () => {
	const summaryOf = (failedItems: number) =>
		formatSummary({
			n8nVersion: '1',
			cells: [cell({ node: 'agentWithOpenAi', scenario: 'tools', failedItems })],
		});
	expect(summaryOf(1)).toContain('n8n issue 36774');
	expect(summaryOf(0)).not.toContain('n8n issue 36774');
});

test('the report has failed items, requests, and the reason for what was not measured', () => {
	const report = formatNodeComparison({ n8nVersion: '1', cells });
	expect(report).toContain('| HTTP Request | 200 | 200 | 1.23 s | 0.50 | 3 |');
	expect(report).toContain('| Not measured: n8n exited |');
	expect(report).toContain('| 300 MB | 450 MB |');
});
