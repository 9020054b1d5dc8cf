import { formatBurst } from './burst';
import { formatFirstChunk } from './firstChunk';
import { formatTable } from './formatTable';
import { formatMemory } from './memory';
import { formatNodeComparison } from './nodeComparisonTables';
import { formatOverhead } from './overhead';
import { formatOverheadInN8n } from './overheadInN8n';
import { formatPacing } from './pacing';
import { formatParseSpeed } from './parseSpeed';
import type { BenchmarkResults, Conditions, Measured } from './results';
import { formatTimeAgainstOptimum } from './timeAgainstOptimum';

interface Section<Result> {
	title: string;
	explanation: string;
	/** Names and values. */
	settings?: Array<[string, string]>;
	format(result: Result): string;
}

type Sections = {
	[Name in keyof BenchmarkResults]-?: Section<NonNullable<BenchmarkResults[Name]>['result']>;
};

const sections: Sections = {
	timeAgainstOptimum: {
		title: 'Time compared to the optimum',
		explanation:
			"At the start of each run, the node doesn't know the service's concurrency limit. The optimum is the time of a client that knows the limit and keeps every slot busy: the sum of all response times divided by the limit. **Fixed mode / optimum** is one run in Fixed mode, with **Max Concurrency** set to the limit.",
		settings: [
			[
				'Response time',
				'300 ms (600 ms with a limit of 200), constant or log-normal with this median (sigma 0.6)',
			],
			['Items', '20 per slot'],
			['Repetitions', '3, or 1 with constant response times and no errors'],
			['Max Concurrency', '512, because the default of 64 would cap the higher limits'],
		],
		format: formatTimeAgainstOptimum,
	},
	pacing: {
		title: 'Pace in difficult situations',
		explanation:
			'Adaptive mode compared with a client that knows the limit (**optimum**), with Fixed mode, or with the same run under easier conditions.',
		format: formatPacing,
	},
	overhead: {
		title: 'Overhead',
		explanation:
			"Compares the node with undici and with a bare loop over n8n's authenticated HTTP helper. All clients request the same answers and take turns. CPU time is that of the client process, without the simulator. With a response time of 0 ms, only the overhead remains; real responses take seconds.",
		settings: [
			['Concurrency', '32'],
			['undici', 'keep-alive connections'],
		],
		format: formatOverhead,
	},
	overheadInN8n: {
		title: 'Overhead in n8n',
		explanation:
			"The same comparison in a running n8n, where the HTTP helper also reads and decrypts the credential for each request. The bare loop is a node (`bench/n8nNodes`) with the same items, answers, and credential. Each row is compared to the bare loop that sends the same requests. Times are the node's execution times as reported by n8n.",
		settings: [['Concurrency', '32']],
		format: formatOverheadInN8n,
	},
	firstChunk: {
		title: 'Time to first chunk',
		explanation: `Delay until the node passes the first text to \`sendChunk\`, and until undici receives it, measured from two points:

- **Sending**: when the server sends the text, which starts with the server's time.
- **Start**: when the execution starts, plus the server's time to first token (200 ms). Includes sending all requests.

The results of undici show how much of the delay is caused by the connection, the server's timers, and the machine.`,
		format: formatFirstChunk,
	},
	parseSpeed: {
		title: 'Parsing server-sent events',
		explanation:
			'Parses streams from memory with `readCompletion`. If **Time per MB / shortest** is 1, the time is proportional to the length.',
		settings: [['Chunk size', '64 kB']],
		format: formatParseSpeed,
	},
	memory: {
		title: 'Memory',
		explanation:
			'Growth of the live heap (after garbage collection) in a separate process. Prompts and raw completions of finished items are not kept in memory, so only the output grows with the number of items.',
		settings: [
			['Prompt length', '20 kB'],
			['Answer length', '200 tokens'],
			['Sampling interval', '250 ms'],
			['Repetitions', '3 for 1,000 items, 1 for 10,000 items'],
		],
		format: formatMemory,
	},
	burst: {
		title: 'Burst of executions',
		explanation:
			'Executions with one item each, all started at the same time. **Succeeded** is the number of successful executions in each repetition. The optimum is the sum of all response times divided by the limit.',
		settings: [['Response time', '300 ms']],
		format: formatBurst,
	},
	nodes: {
		title: 'Comparison with other nodes',
		explanation:
			"Each node runs in a workflow in n8n with its default settings, except that **On Error** is **Continue**, so that a failed item doesn't fail the others. With **Retry On Fail** (5 tries, 1 s apart), **On Error** is **Stop Workflow**: the node fails as a whole, and n8n repeats all its items. With **Continue**, n8n would only retry if the first item failed. OpenAI (Message a Model) is version 1.8, because later versions use an API that W&B Inference doesn't have. Its Chat Model has **Use Responses API** off for the same reason.\n\nTimes are those of the whole execution as reported by n8n. As long as a node has needed less than 5 s for a scenario, it runs again, up to three times, and the values are medians. The HTTP Request node sends all items at once; the OpenAI node and the AI Agent process one after another.",
		format: formatNodeComparison,
	},
};

/** Formats the tables for the terminal. */
export function formatSection(results: BenchmarkResults): string {
	return sectionsOf(results)
		.map(({ title, table }) => `\n${title}\n\n${table}`)
		.join('\n');
}

/** Formats `docs/benchmarks.md`. */
export function formatReport(results: BenchmarkResults): string {
	const filled = sectionsOf(results);
	const body = filled.map(({ title, explanation, settings, table }) =>
		[`## ${title}`, explanation, settings, `${table}\n`].filter((text) => text !== '').join('\n\n'),
	);
	return `# Benchmarks

These benchmarks of the W&B Inference Chat node use the simulator in \`tools/simulator\`, which runs in a separate process on the same machine. To repeat them, run \`npm run bench\`. Values are medians unless stated otherwise, and the most important ones are in bold. For the raw results, refer to [benchmarks.json](benchmarks.json).

${body.join('\n')}
## Test conditions

Load is the load average over one minute. If it exceeds the number of cores, other processes were also running.

${formatConditions(filled)}
`;
}

interface FilledSection {
	title: string;
	explanation: string;
	settings: string;
	table: string;
	conditions: Conditions;
}

function sectionsOf(results: BenchmarkResults): FilledSection[] {
	return [
		...fill(sections.nodes, results.nodes),
		...fill(sections.timeAgainstOptimum, results.timeAgainstOptimum),
		...fill(sections.pacing, results.pacing),
		...fill(sections.overhead, results.overhead),
		...fill(sections.overheadInN8n, results.overheadInN8n),
		...fill(sections.firstChunk, results.firstChunk),
		...fill(sections.parseSpeed, results.parseSpeed),
		...fill(sections.memory, results.memory),
		...fill(sections.burst, results.burst),
	];
}

function fill<Result>(
	{ title, explanation, settings = [], format }: Section<Result>,
	measured: Measured<Result> | undefined,
): FilledSection[] {
	if (!measured) return [];
	return [
		{
			title,
			explanation,
			settings: settings.map(([name, value]) => `- ${name}: ${value}`).join('\n'),
			table: format(measured.result),
			conditions: measured.conditions,
		},
	];
}

function formatConditions(filled: FilledSection[]): string {
	return formatTable(
		[
			'Benchmark',
			'Date',
			'Processor',
			'Cores',
			'System',
			'Node.js',
			'n8n-core',
			'Load before',
			'Load after',
		],
		filled.map(({ title, conditions: { date, machine, versions, load } }) => [
			title,
			date.slice(0, 10),
			machine.processor,
			String(machine.cores),
			machine.system,
			versions.node,
			versions['n8n-core'],
			String(load.before),
			String(load.after),
		]),
	);
}
