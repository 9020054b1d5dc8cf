/** The middle value, or the mean of the two middle values. */
export function median(values: readonly number[]): number {
	return quantile(values, 0.5);
}

/** The value below which this share of the values lies, interpolated between two neighbors. */
export function quantile(values: readonly number[], share: number): number {
	const sorted = [...values].sort((left, right) => left - right);
	const position = (sorted.length - 1) * share;
	const below = sorted[Math.floor(position)] ?? NaN;
	const above = sorted[Math.ceil(position)] ?? NaN;
	return below + (above - below) * (position % 1);
}
