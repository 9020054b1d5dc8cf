/** When a request started, as the limiter counts: what it needs to judge how the request ended. */
export interface RequestStart {
	/** Grows by one with each request. */
	sequence: number;
	/** Requests in flight at that moment, this one included. */
	inFlight: number;
}

/** Decides how many requests may be in flight; who may start is the governor's business. */
export interface Limiter {
	/** Whole number of requests that may be in flight, at least 1. */
	readonly limit: number;
	/** Called as a request starts. */
	start(inFlight: number): RequestStart;
	succeeded(request: RequestStart): void;
	/** The service answered 429 for concurrency; `inFlight` no longer counts the request. */
	rejected(request: RequestStart, inFlight: number): void;
}

const firstLimit = 8;
const shortestRound = 10;
/** Leaves room for the other executions of the same W&B project. */
const decrease = 0.9;

/**
 * Finds the service's hard concurrency limit from its rejections alone: answers differ in length
 * far too much for their times to say anything.
 *
 * Start: `limit = 8, step = limit, round = max(10, limit), clean = 0`.
 * A success, of a request sent after the last cut while at least half the limit was in use:
 * `clean += 1, limit += step / round`; at `clean = round` the step doubles and a new round begins.
 * A rejection says how many the service still holds, so the limit is cut to that:
 * `limit = min(limit, max(1, round(inFlight * 0.9)))`, without the 0.9 for a request sent before
 * the last cut, so that one burst cuts once; then `step = 1, round = max(10, limit), clean = 0`.
 * Everything else changes nothing.
 */
export class AdaptiveLimiter implements Limiter {
	private exactLimit = firstLimit;

	private step = firstLimit;

	private round = shortestRound;

	private clean = 0;

	private started = 0;

	private lastCut = 0;

	get limit(): number {
		return Math.floor(this.exactLimit + roundingSlack);
	}

	start(inFlight: number): RequestStart {
		this.started += 1;
		return { sequence: this.started, inFlight };
	}

	succeeded(request: RequestStart): void {
		if (request.sequence <= this.lastCut || 2 * request.inFlight < this.limit) return;
		this.clean += 1;
		this.exactLimit += this.step / this.round;
		if (this.clean < this.round) return;
		this.step *= 2;
		this.beginRound();
	}

	rejected(request: RequestStart, inFlight: number): void {
		const factor = request.sequence <= this.lastCut ? 1 : decrease;
		this.exactLimit = Math.min(this.exactLimit, Math.max(1, Math.round(inFlight * factor)));
		this.step = 1;
		this.beginRound();
		this.lastCut = this.started;
	}

	private beginRound(): void {
		this.round = Math.max(shortestRound, this.limit);
		this.clean = 0;
	}
}

/** Ten steps of a tenth add up to a little less than one. */
const roundingSlack = 1e-6;

/** The number that a person set, whatever the service says. */
export class FixedLimiter implements Limiter {
	constructor(readonly limit: number) {}

	start(inFlight: number): RequestStart {
		return { sequence: 0, inFlight };
	}

	succeeded(): void {}

	rejected(): void {}
}
