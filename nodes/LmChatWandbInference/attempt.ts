/** The result of `work`, or `undefined` if it fails. For additions that nothing depends on. */
export function attempt<Result>(work: () => Result): Result | undefined {
	try {
		return work();
	} catch {
		return undefined;
	}
}
