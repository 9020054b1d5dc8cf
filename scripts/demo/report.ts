import type { IDataObject, INodeExecutionData, IRun } from 'n8n-workflow';
import type { ChatTraffic } from './ChatTraffic';
import { fitColumns } from './fitColumns';

/** The items that a node put out on one of its outputs. */
export function outputOf(run: IRun, node: string, output = 0): INodeExecutionData[] {
	return run.data.resultData.runData[node]?.[0]?.data?.main?.[output] ?? [];
}

/** A table of the classified messages, cut to the width of the terminal. */
export function formatTable(rows: IDataObject[], columns: number): string {
	const widths = { id: 4, category: 15, sentiment: 9 };
	const taken = Object.values(widths).reduce((sum, width) => sum + width + 2, 0);
	const summaryColumns = Math.max(20, columns - taken);
	const formatRow = ({ id, category, sentiment, summary }: IDataObject) =>
		[
			fitColumns(String(id), widths.id),
			fitColumns(String(category), widths.category),
			fitColumns(String(sentiment), widths.sentiment),
			fitColumns(String(summary), summaryColumns),
		]
			.join('  ')
			.trimEnd();
	const titles = { id: 'ID', category: 'CATEGORY', sentiment: 'SENTIMENT', summary: 'SUMMARY' };
	return [titles, ...rows].map(formatRow).join('\n');
}

/** What failed and what to do about it, once for all messages with the same fault. */
export function formatFailures(rows: IDataObject[]): string {
	const idsByFault = new Map<string, string[]>();
	for (const { id, error, advice } of rows) {
		const fault = `${String(error)}. ${String(advice)}`;
		idsByFault.set(fault, [...(idsByFault.get(fault) ?? []), String(id)]);
	}
	return [...idsByFault].map(([fault, ids]) => `${fault}\n  ${ids.join(', ')}`).join('\n');
}

export interface Outcome {
	run: IRun;
	traffic: ChatTraffic;
	durationMs: number;
	/** The node that asked the model. */
	chatNode: string;
}

/** Requests, tokens, time and the node's own hints. */
export function formatTotals({ run, traffic, durationMs, chatNode }: Outcome): string {
	const usages = outputOf(run, chatNode).map(({ json }) => json.usage as IDataObject | undefined);
	const sum = (field: string) =>
		usages.reduce((total, usage) => total + Number(usage?.[field] ?? 0), 0);
	const hints = run.data.resultData.runData[chatNode]?.[0]?.hints ?? [];
	return [
		`Requests  ${traffic.sent} sent: ${formatStatuses(traffic)}`,
		`Tokens    ${sum('promptTokens')} in, ${sum('completionTokens')} out (${sum('reasoningTokens')} of them reasoning)`,
		`Time      ${(durationMs / 1000).toFixed(1)} s`,
		...hints.map(({ message }) => `Hint      ${message}`),
	].join('\n');
}

function formatStatuses({ sent, byStatus }: ChatTraffic): string {
	const statuses = [...byStatus].sort(([left], [right]) => left - right);
	const unanswered = sent - statuses.reduce((total, [, count]) => total + count, 0);
	const parts = statuses.map(([status, count]) =>
		status === 200 ? `${count} answered` : `${count} refused with ${status}`,
	);
	if (unanswered > 0) parts.push(`${unanswered} without an answer`);
	return parts.join(', ');
}
