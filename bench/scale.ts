/** How much is measured; `quick` only shows that everything works. */
export interface Scale {
	repetitions: number;
	/** Part of the full number of items. */
	share: number;
}

export const fullScale: Scale = { repetitions: 3, share: 1 };
export const quickScale: Scale = { repetitions: 1, share: 0.1 };

/** The full number of items cut to the scale. */
export function scaled(count: number, { share }: Scale): number {
	return Math.max(1, Math.round(count * share));
}
