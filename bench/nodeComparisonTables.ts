import { comparedNodes, nodeTitles } from './comparedNodes';
import { comparisonScenarios, type ComparisonScenarioName } from './comparisonScenarios';
import { formatMegabytes, formatSeconds, formatTable } from './formatTable';
import type { ComparisonCell, NodeComparison } from './nodeComparison';

const emptyContentNote =
	"With tools, n8n's OpenAI Chat Model sends an empty list as the content of the model's message, which OpenAI's API and the simulator reject ([n8n issue 36774](https://github.com/n8n-io/n8n/issues/36774)). We don't know whether W&B does, too.";

/** One row per node and one column per scenario, for the README. */
export function formatSummary({ cells }: NodeComparison): string {
	const measured = scenarioNames().filter((name) =>
		cells.some(({ scenario }) => scenario === name),
	);
	const table = formatTable(
		['Node', ...measured.map((name) => columnTitle(name, cells))],
		comparedNodes.map((node) => [
			nodeTitles[node],
			...measured.map((name) => {
				const cell = cells.find((other) => other.node === node && other.scenario === name);
				return cell ? describeCell(cell) : '–';
			}),
		]),
	);
	const failsWithTools = cells.some(
		({ node, scenario, failedItems }) =>
			node === 'agentWithOpenAi' && scenario === 'tools' && failedItems > 0,
	);
	return failsWithTools ? `${table}\n\n${emptyContentNote}` : table;
}

/** Everything that was measured, one table per scenario. */
export function formatNodeComparison(comparison: NodeComparison): string {
	const details = scenarioNames().flatMap((name) => {
		const cells = comparison.cells.filter(({ scenario }) => scenario === name);
		const { title, explanation } = comparisonScenarios[name];
		return cells.length === 0 ? [] : [`### ${title}\n\n${explanation}\n\n${formatScenario(cells)}`];
	});
	return [formatSummary(comparison), ...details].join('\n\n');
}

/** The time, or what the node failed to do. */
export function describeCell({
	problem,
	failedItems,
	itemCount,
	wallMs,
	memory,
}: ComparisonCell): string {
	if (problem !== undefined) return 'Not measured';
	if (failedItems > 0) {
		return failedItems === itemCount ? '**All failed**' : `**${failedItems} failed**`;
	}
	return memory ? formatMegabytes(memory.peakBytes - memory.beforeBytes, 0) : formatSeconds(wallMs);
}

function scenarioNames(): ComparisonScenarioName[] {
	return Object.keys(comparisonScenarios) as ComparisonScenarioName[];
}

function columnTitle(name: ComparisonScenarioName, cells: ComparisonCell[]): string {
	const { itemCount = 0 } = cells.find(({ scenario }) => scenario === name) ?? {};
	return `${comparisonScenarios[name].title}, ${itemCount.toLocaleString('en-US')} items`;
}

function formatScenario(cells: ComparisonCell[]): string {
	const hasMemory = cells.some(({ memory }) => memory);
	return formatTable(
		[
			'Node',
			'Items',
			'Failed items',
			'Time',
			'Requests per item',
			'Runs',
			...(hasMemory ? ['Memory before', 'Peak memory'] : []),
		],
		cells.map((cell) => {
			const { node, itemCount, problem, memory } = cell;
			const known = (text: string) => (problem === undefined ? text : '');
			return [
				nodeTitles[node],
				String(itemCount),
				known(String(cell.failedItems)),
				problem === undefined ? formatSeconds(cell.wallMs) : `Not measured: ${problem}`,
				known(cell.requestsPerItem.toFixed(2)),
				String(cell.runs),
				...(hasMemory
					? [memory?.beforeBytes, memory?.peakBytes].map((bytes) =>
							bytes === undefined ? '' : formatMegabytes(bytes, 0),
						)
					: []),
			];
		}),
	);
}
