/** How much to measure. `quickScale` only checks that everything works. */
export interface Scale {
	repetitions: number;
	/** Fraction of the full number of items. */
	itemShare: number;
}

export const fullScale: Scale = { repetitions: 3, itemShare: 1 };
export const quickScale: Scale = { repetitions: 1, itemShare: 0.1 };

/** Reduces the full number of items to the scale. */
export function scaled(count: number, { itemShare }: Scale): number {
	return Math.max(1, Math.round(count * itemShare));
}
