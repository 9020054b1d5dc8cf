/** As the first word of an answer, is replaced with the time at which the simulator sends it. */
export const timestampMarker = 'clock';

/** Milliseconds that are comparable across processes, with a higher resolution than `Date.now()`. */
export function clockMs(): number {
	return performance.timeOrigin + performance.now();
}
