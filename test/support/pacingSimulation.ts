import { backoffMs, rejectionBackoff } from '../../inference/pacing/backoff';
import type { Limiter } from '../../inference/pacing/limiter';
import { seededRandom } from './fakeClock';

export interface PacingCase {
	items: number;
	/** The service's hard concurrency limit. */
	limit: number;
	answerMs: (random: () => number) => number;
	/** The client's own maximum; default 64. */
	maxConcurrency?: number;
	/** Fraction of requests that get a 429 for no reason. */
	random429?: number;
	/** Whether the head of a response arrives when the service takes the request. */
	earlyHeads: boolean;
	tripMs?: number;
}

interface Item {
	rejections: number;
}

/** Events in the order of their time, and of their creation if the time is the same. */
class Agenda {
	private readonly events: Array<{ atMs: number; run: () => void }> = [];

	add(atMs: number, run: () => void): void {
		let low = 0;
		let high = this.events.length;
		// The earliest event is last, so that it is cheap to take.
		while (low < high) {
			const middle = (low + high) >> 1;
			if ((this.events[middle]?.atMs ?? 0) > atMs) low = middle + 1;
			else high = middle;
		}
		this.events.splice(low, 0, { atMs, run });
	}

	next(): { atMs: number; run: () => void } | undefined {
		return this.events.pop();
	}
}

/** Runs one client against one service in virtual time. A rejected item returns to the queue. */
export function simulatePacing(
	limiter: Limiter,
	seed: number,
	{
		items,
		limit,
		answerMs,
		maxConcurrency = 64,
		random429 = 0,
		earlyHeads,
		tripMs = 20,
	}: PacingCase,
): { ms: number; requests: number } {
	const agenda = new Agenda();
	const random = seededRandom(seed);
	const returned: Item[] = [];
	const state = { nowMs: 0, inService: 0, inFlight: 0, requests: 0, done: 0, next: 0 };
	const after = (ms: number, run: () => void) => agenda.add(state.nowMs + ms, run);
	const fill = () => {
		while (state.inFlight < Math.min(limiter.limit, maxConcurrency)) {
			const item = returned.shift() ?? (state.next++ < items ? { rejections: 0 } : undefined);
			if (!item) return;
			send(item);
		}
	};
	const send = (item: Item) => {
		state.inFlight += 1;
		state.requests += 1;
		const request = limiter.start(state.inFlight);
		after(tripMs / 2, () => {
			const isRejected = random() < random429 || state.inService >= limit;
			if (isRejected) after(tripMs / 2, () => reject(item, request));
			else serve(request);
		});
	};
	const reject = (item: Item, request: ReturnType<Limiter['start']>) => {
		state.inFlight -= 1;
		limiter.rejected(request, state.inFlight);
		const isAlone = state.inFlight === 0;
		const waitMs = isAlone ? backoffMs(item.rejections, random(), rejectionBackoff) : 0;
		item.rejections += 1;
		after(waitMs, () => {
			returned.unshift(item);
			fill();
		});
		fill();
	};
	const serve = (request: ReturnType<Limiter['start']>) => {
		state.inService += 1;
		if (earlyHeads) {
			after(tripMs / 2, () => {
				limiter.accepted(request);
				fill();
			});
		}
		after(answerMs(random), () => {
			state.inService -= 1;
			after(tripMs / 2, () => {
				state.inFlight -= 1;
				state.done += 1;
				if (!earlyHeads) limiter.accepted(request);
				limiter.succeeded(request);
				fill();
			});
		});
	};
	fill();
	while (state.done < items) {
		const event = agenda.next();
		if (!event) throw new Error('The simulation has no more events');
		state.nowMs = event.atMs;
		event.run();
	}
	return { ms: state.nowMs, requests: state.requests };
}
