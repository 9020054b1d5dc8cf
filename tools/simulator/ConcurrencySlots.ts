/** Limits concurrent requests per scope. The limit can change at any time. */
export class ConcurrencySlots {
	limit: number | undefined;
	private readonly counts = new Map<string, number>();

	constructor(limit: number | undefined) {
		this.limit = limit;
	}

	/** Takes a slot and returns a function that releases it, or `undefined` if none is free. */
	take(scope: string): (() => void) | undefined {
		const count = this.counts.get(scope) ?? 0;
		if (this.limit !== undefined && count >= this.limit) return undefined;
		this.counts.set(scope, count + 1);
		return () => this.release(scope);
	}

	private release(scope: string): void {
		const count = (this.counts.get(scope) ?? 1) - 1;
		if (count === 0) this.counts.delete(scope);
		else this.counts.set(scope, count);
	}
}
