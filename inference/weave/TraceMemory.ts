/** Limits what all traces that wait to be sent may take up, in characters. */
export class TraceMemory {
	private used = 0;

	constructor(private readonly maximum: number) {}

	/** Returns whether there was room. */
	take(length: number): boolean {
		if (this.used + length > this.maximum) return false;
		this.used += length;
		return true;
	}

	giveBack(length: number): void {
		this.used -= length;
	}
}
