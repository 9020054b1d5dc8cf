/** What has happened since the start, or since the last reset. */
export interface Statistics {
	/** Requests of every kind that arrived. */
	requests: number;
	/** How many exchanges ended with each status. */
	byStatus: Record<number, number>;
	/** Chats under way: let in, and holding a slot. */
	inFlight: number;
	maxInFlight: number;
	/** Exchanges that the client gave up. */
	aborted: number;
	/** Chats that were answered whole, as the engine writes them. */
	itemsAnswered: number;
}

/** Nothing has happened yet. */
export function emptyStatistics(): Statistics {
	return { requests: 0, byStatus: {}, inFlight: 0, maxInFlight: 0, aborted: 0, itemsAnswered: 0 };
}
