/** Content that is only read from storage while a request is in flight, such as an image. */
export interface Lazy<Content> {
	load: () => Promise<Content>;
	/** About how many characters it loads. */
	length: number;
}

export function ready<Content>(content: Content): Lazy<Content> {
	return { load: async () => content, length: 0 };
}

export function together<Content>(parts: Array<Lazy<Content>>): Lazy<Content[]> {
	return {
		load: async () => await Promise.all(parts.map(async ({ load }) => await load())),
		length: parts.reduce((sum, { length }) => sum + length, 0),
	};
}
