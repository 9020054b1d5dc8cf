/** Asks the simulator's process, as the first word of an answer, to say when it sends that word. */
export const clockWord = 'clock';

/** Milliseconds that compare between processes of one machine, finer than `Date.now()`. */
export function clockMs(): number {
	return performance.timeOrigin + performance.now();
}
