import { formatBurst } from './burst';
import { formatFirstChunk } from './firstChunk';
import { formatMemory } from './memory';
import { formatOverhead } from './overhead';
import { formatOverheadInN8n } from './overheadInN8n';
import { formatParseSpeed } from './parseSpeed';
import { formatRealN8n } from './realN8n';
import type { BenchmarkResults, Circumstances, Measured } from './results';
import { formatTimeAgainstOracle } from './timeAgainstOracle';

interface Section<Result> {
	title: string;
	explanation: string;
	format(result: Result): string;
}

type Sections = {
	[Name in keyof BenchmarkResults]-?: Section<NonNullable<BenchmarkResults[Name]>['result']>;
};

const sections: Sections = {
	timeAgainstOracle: {
		title: 'Time against the optimum',
		explanation:
			"A service with a hard limit that the node is not told, cold start each time. The optimum is `N * t / C`: a client that knows the limit and never leaves a place empty. Answers take 300 ms (600 ms at a limit of 200) or are log-normal around that median (sigma 0.6); 20 items for each place; Max Concurrency is 512 instead of the default 64, or it would be the limit that counts. The last column is one run of mode 'Fixed' with the true limit.",
		format: formatTimeAgainstOracle,
	},
	overhead: {
		title: 'Overhead',
		explanation:
			"The node beside a bare loop over n8n's authenticated HTTP helper, and beside undici on kept-alive connections: same items, answers and concurrency (32), side by side in turn. CPU is the processor time of the client process alone; the simulator has its own. Real answers take seconds: at 0 ms nothing but overhead is left.",
		format: formatOverhead,
	},
	overheadInN8n: {
		title: 'Overhead in a real n8n',
		explanation:
			"The same comparison where people run the node: the bare loop is a node of its own (`bench/bareLoop`) in the same n8n, with the same items, answers, concurrency (32) and credential, which n8n's helper reads and decrypts for each request. Each row is compared with the bare loop that sends the same requests. At 50 ms 32 streams bring 57,000 tokens a second, all on n8n's one processor core. Time is n8n's own for the node.",
		format: formatOverheadInN8n,
	},
	firstChunk: {
		title: 'First chunk of a stream',
		explanation:
			"When the first text is handed to `sendChunk`: after the moment at which the server sent it (its clock is the answer's first word), and after the start of the node's execution plus the server's own 200 ms to its first token, which counts the sending of all requests too. undici shows how much of it is the connection, the timers of the server and the machine.",
		format: formatFirstChunk,
	},
	parseSpeed: {
		title: 'Reading server-sent events',
		explanation:
			'Streams from memory through `readCompletion`, in reads of 64 kB. A growth of 1 means that the time is proportional to the length.',
		format: formatParseSpeed,
	},
	memory: {
		title: 'Memory',
		explanation:
			'Live heap (after garbage collection, sampled every 250 ms) of a process of its own, for prompts of 20 kB and answers of 200 tokens. Prompts and raw answers of finished items are not held: what grows is the output.',
		format: formatMemory,
	},
	burst: {
		title: 'A burst of executions',
		explanation:
			'Executions of one item each, all started at the same moment, answers of 300 ms, one number of successes for each repetition.',
		format: formatBurst,
	},
	realN8n: {
		title: 'In a real n8n',
		explanation:
			"Items through a workflow of a real n8n, answers of 50 ms, each node as it is when dropped on the canvas. Time is n8n's own for the node; a node that fails puts out nothing, whatever was paid for. 1,000 items are measured once, 100 three times.",
		format: formatRealN8n,
	},
};

/** The tables of these results, for the terminal. */
export function formatSection(results: BenchmarkResults): string {
	return sectionsOf(results)
		.map(({ title, table }) => `\n${title}\n\n${table}`)
		.join('\n');
}

/** The page `docs/benchmarks.md`. */
export function formatReport(results: BenchmarkResults): string {
	const body = sectionsOf(results).map(
		({ title, explanation, table, circumstances }) =>
			`## ${title}\n\n${explanation}\n\n${table}\n\n${formatCircumstances(circumstances)}\n`,
	);
	return `# Benchmarks

Measured by \`npm run bench\` against the simulator of W&B Inference in \`test/support/simulator\`, which
runs in a process of its own on the same machine. Numbers are medians, ratios come first.
Raw numbers: [benchmarks.json](benchmarks.json).

![Charts of the results below](benchmarks.svg)

${body.join('\n')}`;
}

interface FilledSection {
	title: string;
	explanation: string;
	table: string;
	circumstances: Circumstances;
}

function sectionsOf(results: BenchmarkResults): FilledSection[] {
	return [
		...fill(sections.timeAgainstOracle, results.timeAgainstOracle),
		...fill(sections.overhead, results.overhead),
		...fill(sections.overheadInN8n, results.overheadInN8n),
		...fill(sections.firstChunk, results.firstChunk),
		...fill(sections.parseSpeed, results.parseSpeed),
		...fill(sections.memory, results.memory),
		...fill(sections.burst, results.burst),
		...fill(sections.realN8n, results.realN8n),
	];
}

function fill<Result>(
	{ title, explanation, format }: Section<Result>,
	measured: Measured<Result> | undefined,
): FilledSection[] {
	if (!measured) return [];
	const { result, circumstances } = measured;
	return [{ title, explanation, table: format(result), circumstances }];
}

function formatCircumstances({ date, machine, versions, load }: Circumstances): string {
	return `_${date.slice(0, 10)}, ${machine.cores} cores of ${machine.processor}, ${machine.system}, Node.js ${versions.node}, n8n-core ${versions['n8n-core']}; load ${load.before} before, ${load.after} after._`;
}
