/** A Markdown table; every column but the first is aligned to the right. */
export function formatTable(titles: string[], rows: string[][]): string {
	const rule = titles.map((_, column) => (column === 0 ? '---' : '--:'));
	return [titles, rule, ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

export function formatSeconds(milliseconds: number): string {
	return `${(milliseconds / 1000).toFixed(milliseconds < 10_000 ? 2 : 1)} s`;
}

export function formatMegabytes(bytes: number): string {
	return `${(bytes / 1e6).toFixed(1)} MB`;
}
