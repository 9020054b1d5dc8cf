import type { IDataObject, INodeExecutionData, IRun } from 'n8n-workflow';
import type { ChatTraffic } from './ChatTraffic';
import { fitColumns } from './fitColumns';

export interface Outcome {
	run: IRun;
	traffic: ChatTraffic;
	durationMs: number;
	/** The name of the W&B node. */
	chatNode: string;
}

/** The items from a node's first output. */
export function outputOf(run: IRun, node: string): INodeExecutionData[] {
	return run.data.resultData.runData[node]?.[0]?.data?.main?.[0] ?? [];
}

/** Formats the classified messages as a table that fits the terminal. */
export function formatTable(rows: IDataObject[], columns: number): string {
	const widths = { id: 4, category: 15, sentiment: 9 };
	const otherColumns = Object.values(widths).reduce((sum, width) => sum + width + 2, 0);
	const summaryColumns = Math.max(20, columns - otherColumns);
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

/** Lists each error with its advice and the IDs of the affected messages. */
export function formatFailures(rows: IDataObject[]): string {
	const idsByError = new Map<string, string[]>();
	for (const { id, error, advice } of rows) {
		const message = `${String(error)}. ${String(advice)}`;
		idsByError.set(message, [...(idsByError.get(message) ?? []), String(id)]);
	}
	return [...idsByError].map(([message, ids]) => `${message}\n  ${ids.join(', ')}`).join('\n');
}

/** Formats requests, tokens, cost, time, and the node's hints. */
export function formatTotals({ run, traffic, durationMs, chatNode }: Outcome): string {
	const usages = outputOf(run, chatNode).map(({ json }) => json.usage as IDataObject | undefined);
	const sum = (field: string) =>
		usages.reduce((total, usage) => total + Number(usage?.[field] ?? 0), 0);
	const hints = run.data.resultData.runData[chatNode]?.[0]?.hints ?? [];
	return [
		`Requests  ${traffic.sent} sent: ${formatStatuses(traffic)}`,
		`Tokens    ${sum('promptTokens')} in, ${sum('completionTokens')} out (including ${sum('reasoningTokens')} for reasoning)`,
		...formatCost(usages),
		`Time      ${(durationMs / 1000).toFixed(1)} s`,
		...hints.map(({ message }) => `Hint      ${message}`),
	].join('\n');
}

function formatCost(usages: Array<IDataObject | undefined>): string[] {
	const costs = usages.map((usage) => usage?.costUsd);
	if (!costs.every((cost) => typeof cost === 'number')) return [];
	return [`Cost      $${costs.reduce((sum, cost) => sum + cost, 0).toFixed(6)}`];
}

function formatStatuses({ sent, byStatus }: ChatTraffic): string {
	const statuses = [...byStatus].sort(([left], [right]) => left - right);
	const unanswered = sent - statuses.reduce((total, [, count]) => total + count, 0);
	const parts = statuses.map(([status, count]) =>
		status === 200 ? `${count} answered` : `${count} failed with ${status}`,
	);
	if (unanswered > 0) parts.push(`${unanswered} without a response`);
	return parts.join(', ');
}
