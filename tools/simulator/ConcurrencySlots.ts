/** Counts what is under way per scope against a limit that may change at any time. */
export class ConcurrencySlots {
	limit: number | undefined;
	private readonly taken = new Map<string, number>();

	constructor(limit: number | undefined) {
		this.limit = limit;
	}

	/** Takes a slot and returns the function that gives it back, or undefined when the scope is full. */
	take(scope: string): (() => void) | undefined {
		const count = this.taken.get(scope) ?? 0;
		if (this.limit !== undefined && count >= this.limit) return undefined;
		this.taken.set(scope, count + 1);
		return () => this.giveBack(scope);
	}

	private giveBack(scope: string): void {
		const count = (this.taken.get(scope) ?? 1) - 1;
		if (count === 0) this.taken.delete(scope);
		else this.taken.set(scope, count);
	}
}
