/** Counts since the start or the last reset. */
export interface Statistics {
	/** All requests received. */
	requests: number;
	/** Number of exchanges that ended with each status. */
	byStatus: Record<number, number>;
	/** Chats in progress, each holding a slot. */
	inFlight: number;
	maxInFlight: number;
	/** Exchanges aborted by the client. */
	aborted: number;
	/** Chats answered in full, without a fault. */
	itemsAnswered: number;
}

export function emptyStatistics(): Statistics {
	return { requests: 0, byStatus: {}, inFlight: 0, maxInFlight: 0, aborted: 0, itemsAnswered: 0 };
}
