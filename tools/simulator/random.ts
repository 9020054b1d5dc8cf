/** Reading a global takes so long in jest that hashing long requests would take seconds. */
const { imul } = Math;

/** A 53-bit hash of the text and the seed. */
export function hashText(text: string, seed = 0): number {
	let high = 0xdeadbeef ^ seed;
	let low = 0x41c6ce57 ^ seed;
	for (let index = 0; index < text.length; index += 1) {
		const code = text.charCodeAt(index);
		high = imul(high ^ code, 2654435761);
		low = imul(low ^ code, 1597334677);
	}
	high = imul(high ^ (high >>> 16), 2246822507) ^ imul(low ^ (low >>> 13), 3266489909);
	low = imul(low ^ (low >>> 16), 2246822507) ^ imul(high ^ (high >>> 13), 3266489909);
	return 4294967296 * (2097151 & low) + (high >>> 0);
}

/** A random number generator that produces the same sequence for the same seed. */
export class Random {
	private state: number;

	constructor(seed: number) {
		this.state = seed >>> 0;
	}

	/** From 0 up to, but not including, 1. */
	next(): number {
		this.state = (this.state + 0x6d2b79f5) >>> 0;
		let mixed = this.state;
		mixed = imul(mixed ^ (mixed >>> 15), mixed | 1);
		mixed ^= mixed + imul(mixed ^ (mixed >>> 7), mixed | 61);
		return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
	}

	/** An integer from `minimum` to `maximum`, inclusive. */
	integer(minimum: number, maximum: number): number {
		return minimum + Math.floor(this.next() * (maximum - minimum + 1));
	}

	pick<Item>(items: readonly [Item, ...Item[]]): Item {
		return items[this.integer(0, items.length - 1)] ?? items[0];
	}

	/** Normally distributed with mean 0 and standard deviation 1 (Box-Muller). */
	gaussian(): number {
		const radius = Math.sqrt(-2 * Math.log(1 - this.next()));
		return radius * Math.cos(2 * Math.PI * this.next());
	}

	hexadecimal(length: number): string {
		let digits = '';
		while (digits.length < length) digits += this.integer(0, 15).toString(16);
		return digits;
	}
}
