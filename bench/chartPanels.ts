import type { MemoryCase } from './memory';
import type { Competitor } from './n8nWorkflow';
import type { ClientName } from './overhead';
import type { RealN8nCase, ServiceKind } from './realN8n';
import type { BenchmarkResults } from './results';

/** One chart of grouped bars. */
export interface Panel {
	title: string;
	/** One group of bars for each. */
	categories: string[];
	series: Array<{ name: string; bars: Bar[] }>;
	/** A dashed line at this value. */
	mark?: number;
}

export interface Bar {
	value: number;
	label: string;
	/** Drawn pale: this is how long it took to fail. */
	isFailed?: boolean;
}

/** What of the results can be seen at a glance, as far as it was measured. */
export function chartPanels(results: BenchmarkResults): Panel[] {
	return [
		...oraclePanel(results),
		...overheadPanel(results),
		...memoryPanel(results),
		...realN8nPanel(results),
	];
}

function oraclePanel({ timeAgainstOracle }: BenchmarkResults): Panel[] {
	if (!timeAgainstOracle) return [];
	const cases = timeAgainstOracle.result.filter(({ errorShare }) => errorShare === 0);
	const bars = (latency: string) =>
		cases.filter((row) => row.latency === latency).map(({ ratio }) => ratioBar(ratio));
	const constant = cases.filter(({ latency }) => latency === 'constant');
	return [
		{
			title: 'Time relative to a client that knows the limit and never leaves a place empty',
			categories: constant.map(({ limit }) => `limit ${limit}`),
			series: [
				{ name: 'adaptive, constant answers', bars: bars('constant') },
				{ name: 'adaptive, log-normal answers', bars: bars('logNormal') },
				{
					name: 'fixed at the true limit, constant answers',
					bars: constant.map(({ fixedRatio }) => ratioBar(fixedRatio)),
				},
			],
			mark: 1,
		},
	];
}

function overheadPanel({ overhead }: BenchmarkResults): Panel[] {
	if (!overhead) return [];
	const names: Array<[ClientName, string]> = [
		['node', 'the node, Stream off'],
		['streamingNode', 'the node, streaming'],
		['undici', 'undici, kept-alive connections'],
	];
	const costOf = (client: ClientName) =>
		overhead.result.map(({ clients }) => {
			const cost = clients.find((candidate) => candidate.client === client);
			return ratioBar(cost?.timeOfHelper ?? 0);
		});
	return [
		{
			title: "Time relative to a bare loop over n8n's authenticated HTTP helper",
			categories: overhead.result.map(({ latencyMs }) => `answers after ${latencyMs} ms`),
			series: names.map(([client, name]) => ({ name, bars: costOf(client) })),
			mark: 1,
		},
	];
}

function memoryPanel({ memory }: BenchmarkResults): Panel[] {
	if (!memory) return [];
	const rows = memory.result;
	const sizes = (read: (row: MemoryCase) => number) =>
		rows.map((row) => {
			const megabytes = read(row) / 1e6;
			return { value: megabytes, label: `${megabytes.toFixed(1)} MB` };
		});
	return [
		{
			title: 'Memory while items run, in MB',
			categories: rows.map(({ itemCount }) => `${itemCount.toLocaleString('en')} items`),
			series: [
				{ name: 'peak growth of the heap', bars: sizes((row) => row.peakGrowthBytes) },
				{ name: 'the output alone', bars: sizes((row) => row.outputBytes) },
				{ name: 'prompts sent', bars: sizes((row) => row.sentBytes) },
			],
		},
	];
}

function realN8nPanel({ realN8n }: BenchmarkResults): Panel[] {
	if (!realN8n) return [];
	const { cases, n8nVersion } = realN8n.result;
	const itemCount = Math.max(...cases.map((row) => row.itemCount));
	const columns: Array<[ServiceKind, boolean, string]> = [
		['plain', false, 'answers'],
		['errors', false, '5 % 429s'],
		['errors', true, '5 % 429s, Retry On Fail'],
		['limited', false, 'limit of 10'],
		['limited', true, 'limit of 10, Retry On Fail'],
	];
	const names: Array<[Competitor, string]> = [
		['wandbInferenceChat', 'W&B Inference Chat'],
		['openAi', 'OpenAI node 1.8'],
		['httpRequest', 'HTTP Request node'],
	];
	const barOf = (competitor: Competitor, [service, retryOnFail]: (typeof columns)[number]) => {
		const isWanted = (row: RealN8nCase) =>
			row.competitor === competitor && row.service === service && row.retryOnFail === retryOnFail;
		return outcomeBar(cases.find((row) => isWanted(row) && row.itemCount === itemCount));
	};
	return [
		{
			title: `${itemCount.toLocaleString('en')} items in n8n ${n8nVersion}, answers of 50 ms: seconds`,
			categories: columns.map(([, , name]) => name),
			series: names.map(([competitor, name]) => ({
				name,
				bars: columns.map((column) => barOf(competitor, column)),
			})),
		},
	];
}

function ratioBar(ratio: number): Bar {
	return { value: ratio, label: ratio.toFixed(2) };
}

function outcomeBar(row: RealN8nCase | undefined): Bar {
	if (!row) return { value: 0, label: '' };
	const seconds = row.nodeMs / 1000;
	const isFailed = row.succeededRuns < row.runs;
	return { value: seconds, label: isFailed ? 'failed' : `${seconds.toFixed(1)} s`, isFailed };
}
