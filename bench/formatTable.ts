/** A number, possibly bold, with an optional unit. */
const numberPattern = /^\**-?\d[\d.]*( [a-zA-Z/]+)?\**$/;

/** Formats a Markdown table. Columns that contain only numbers are right-aligned. */
export function formatTable(titles: string[], rows: string[][]): string {
	const isNumeric = (column: number) => rows.every((row) => numberPattern.test(row[column] ?? ''));
	const rule = titles.map((_, column) => (isNumeric(column) ? '--:' : '---'));
	return [titles, rule, ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

export function formatSeconds(milliseconds: number): string {
	return `${(milliseconds / 1000).toFixed(milliseconds < 10_000 ? 2 : 1)} s`;
}

export function formatMegabytes(bytes: number, decimals = 1): string {
	return `${(bytes / 1e6).toFixed(decimals)} MB`;
}
