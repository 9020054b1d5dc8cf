/** When a request started: what the limiter needs to judge its outcome. */
export interface RequestStart {
	/** Grows by one with each request. */
	sequence: number;
	/** Requests in flight at that moment, including this one. */
	inFlight: number;
}

/** Decides how many requests may be in flight. The governor decides which ones. */
export interface Limiter {
	/** How many requests may be in flight: a whole number, at least 1. */
	readonly limit: number;
	/** Called as a request starts. */
	start(inFlight: number): RequestStart;
	succeeded(request: RequestStart): void;
	/** The service returned a 429 for concurrency. `inFlight` does not include the request. */
	rejected(request: RequestStart, inFlight: number): void;
}

const firstLimit = 8;
const shortestRound = 10;
/** Leaves room for the other executions of the same W&B project. */
const decrease = 0.9;

/**
 * Finds the service's hard concurrency limit from its rejections alone. The latency of the answers
 * is no signal, because their length varies too much.
 *
 * Start: `limit = 8, step = limit, round = max(10, limit), successes = 0`.
 * A success of a request that was sent after the last cut, while at least half the limit was in use:
 * `successes += 1`, and the limit grows by `step` evenly over `round` successes; then the step doubles
 * and a new round begins.
 * A rejection shows how many requests the service still accepts, so the limit is cut to that:
 * `limit = min(limit, max(1, round(inFlight * 0.9)))`, without the 0.9 for a request sent before
 * the last cut, so that one burst cuts only once; then `step = 1, round = max(10, limit)`.
 * Nothing else changes the limit.
 */
export class AdaptiveLimiter implements Limiter {
	private limitOfRound = firstLimit;

	private step = firstLimit;

	private round = shortestRound;

	private successes = 0;

	private started = 0;

	private lastCut = 0;

	get limit(): number {
		return this.limitOfRound + Math.floor((this.step * this.successes) / this.round);
	}

	start(inFlight: number): RequestStart {
		this.started += 1;
		return { sequence: this.started, inFlight };
	}

	succeeded(request: RequestStart): void {
		if (request.sequence <= this.lastCut || 2 * request.inFlight < this.limit) return;
		this.successes += 1;
		if (this.successes === this.round) this.beginRound(this.limit, 2 * this.step);
	}

	rejected(request: RequestStart, inFlight: number): void {
		const factor = request.sequence <= this.lastCut ? 1 : decrease;
		this.beginRound(Math.min(this.limit, Math.max(1, Math.round(inFlight * factor))), 1);
		this.lastCut = this.started;
	}

	private beginRound(limit: number, step: number): void {
		this.limitOfRound = limit;
		this.step = step;
		this.round = Math.max(shortestRound, limit);
		this.successes = 0;
	}
}

/** The number that the user set, whatever the service says. */
export class FixedLimiter implements Limiter {
	constructor(readonly limit: number) {}

	start(inFlight: number): RequestStart {
		return { sequence: 0, inFlight };
	}

	succeeded(): void {}

	rejected(): void {}
}
