/** Standard deviations that contain 95% of a normal distribution. */
const deviations = 1.96;

/** Where the share of successes lies with a probability of 95% (Wilson's score interval). */
export function confidenceInterval(successes: number, trials: number): [number, number] {
	const share = successes / trials;
	const square = deviations ** 2 / trials;
	const center = (share + square / 2) / (1 + square);
	const spread = Math.sqrt((share * (1 - share)) / trials + square / (4 * trials));
	const half = (deviations * spread) / (1 + square);
	return [center - half, center + half];
}
