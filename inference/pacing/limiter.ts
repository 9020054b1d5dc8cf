/** What the limiter needs to judge the outcome of a request. */
export interface RequestStart {
	/** Grows by one with each request. */
	sequence: number;
	/** Requests in flight when it started, including this one. */
	inFlight: number;
	/** How many requests had ended when it started, and when it was accepted. */
	ended: number;
	endedAtAcceptance: number;
}

/** Decides how many requests may be in flight. The governor decides which ones. */
export interface Limiter {
	/** How many requests may be in flight: a whole number, at least 1. */
	readonly limit: number;
	/** A request starts. */
	start(inFlight: number): RequestStart;
	/** The service took the request. This is known long before the answer is complete. */
	accepted(request: RequestStart): void;
	succeeded(request: RequestStart): void;
	/** The service returned a 429 for concurrency. `inFlight` does not include the request. */
	rejected(request: RequestStart, inFlight: number): void;
	/** The request ended in any other way. */
	ended(): void;
	/** The account was idle, so what was learned may no longer be true. */
	restart(): void;
}

const firstLimit = 8;
const minHold = 10;
/** A random rejection is forgiven once in so many successes. */
const forgiveEvery = 16;

/**
 * Finds the service's hard concurrency limit from what it accepts and rejects. A rejection comes
 * immediately, so an accepted request proves that there was room, long before its answer ends. The
 * latency of the answers is no signal, because their length varies too much.
 *
 * Level: what the service had in progress when a request reached it, which is what was in flight
 * when the request started, minus what ended before its response. This leaves out responses in
 * transit, which would look like room. An acceptance proves a level, a rejection measures the limit.
 * Start: `limit = step = 8`, probing, `hold = 10`, nothing measured or proven.
 * Accepted, while probing, of a request that was sent after the last cut and took the last allowed
 * slot: `limit += step, step *= 2`. Above the measured limit, only if the level proves that there is
 * more; then also `hold = 10`.
 * Rejected below a proven level: a random error, ignored once in 16 successes.
 * Rejected otherwise: the limit is cut to the requests in flight, and held. `hold` doubles, up to
 * `8 * limit + 16`, if a probe confirmed the measured limit; otherwise it starts again at 10.
 * Rejected without a probe: another process shares the limit, so slots may become free at any time.
 * From then on, `hold` doubles up to `2 * limit`, and starts again at `limit` or 10.
 * Rejections of requests that were sent before the cut, or before the limit was corrected, only
 * correct the limit.
 * Succeeded: after `hold` successes, it probes with `limit + 1` and `step = 1`, and so on.
 * If the head of a response arrives late, an acceptance proves no level. Then any acceptance above
 * the measured limit counts.
 *
 * `test/inference/pacing/limiter.test.ts` compares it with a client that knows the limit.
 */
export class AdaptiveLimiter implements Limiter {
	private currentLimit = firstLimit;

	private step = firstLimit;

	private isProbing = true;

	private hold = minHold;

	private measured = Infinity;

	private proven = 0;

	private successes = 0;

	private sinceForgiven = forgiveEvery;

	private started = 0;

	private endedCount = 0;

	/** The last request that was sent before the limit was cut or corrected. */
	private lastCut = 0;

	/** Whether other processes use slots of the same limit, so that some may become free at any time. */
	private isShared = false;

	/** Whether heads arrive after more than a sixth of a request's time, counted in ended requests. */
	private hasLateHeads = false;

	get limit(): number {
		return this.currentLimit;
	}

	start(inFlight: number): RequestStart {
		this.started += 1;
		const ended = this.endedCount;
		return { sequence: this.started, inFlight, ended, endedAtAcceptance: ended };
	}

	accepted(request: RequestStart): void {
		request.endedAtAcceptance = this.endedCount;
		const level = this.levelOf(request);
		this.proven = Math.max(this.proven, level);
		const tookLastSlot = request.inFlight >= this.currentLimit;
		if (!this.isProbing || request.sequence <= this.lastCut || !tookLastSlot) return;
		const provesMore = (this.hasLateHeads ? this.currentLimit : level) > this.measured;
		if (provesMore) this.hold = minHold;
		if (!provesMore && !this.hasLateHeads && this.currentLimit > this.measured) return;
		this.currentLimit += this.step;
		this.step *= 2;
	}

	succeeded(request: RequestStart): void {
		const endedMeanwhile = this.endedCount - request.ended;
		this.hasLateHeads = 6 * (request.endedAtAcceptance - request.ended) >= endedMeanwhile;
		this.endedCount += 1;
		this.sinceForgiven += 1;
		// A probe whose slots are not in use shows nothing.
		const isUnused = request.inFlight + 1 < this.currentLimit;
		if (this.isProbing && (this.hasLateHeads || isUnused)) return;
		this.successes += 1;
		if (this.successes < this.hold) return;
		this.currentLimit += 1;
		this.probe(1);
	}

	rejected(request: RequestStart, inFlight: number): void {
		const level = Math.max(1, this.levelOf(request) - 1);
		this.endedCount += 1;
		if (level < this.proven && this.sinceForgiven >= forgiveEvery) {
			this.sinceForgiven = 0;
			return;
		}
		this.proven = Math.min(this.proven, level);
		this.currentLimit = Math.max(1, Math.min(this.currentLimit, inFlight));
		const measured = this.hasLateHeads ? this.currentLimit : level;
		if (request.sequence <= this.lastCut) {
			this.measured = this.hasLateHeads ? measured : Math.max(this.measured, measured);
			this.lastCut = this.started;
			return;
		}
		if (!this.isProbing) this.isShared = true;
		this.hold = this.nextHold(this.isProbing && measured >= 0.9 * this.measured);
		this.measured = measured;
		this.lastCut = this.started;
		this.successes = 0;
		this.isProbing = false;
	}

	ended(): void {
		this.endedCount += 1;
	}

	restart(): void {
		this.currentLimit = Math.min(this.currentLimit, firstLimit);
		this.hold = minHold;
		this.isShared = false;
		this.measured = Infinity;
		this.proven = 0;
		this.probe(this.currentLimit);
	}

	private nextHold(isConfirmed: boolean): number {
		const { currentLimit: limit, isShared } = this;
		if (isConfirmed) return Math.min(2 * this.hold, isShared ? 2 * limit : 8 * limit + 16);
		return isShared ? Math.min(minHold, limit) : minHold;
	}

	private levelOf(request: RequestStart): number {
		return request.inFlight - (this.endedCount - request.ended);
	}

	private probe(step: number): void {
		this.isProbing = true;
		this.step = step;
		this.successes = 0;
	}
}

/** The number that the user set, whatever the service says. */
export class FixedLimiter implements Limiter {
	constructor(readonly limit: number) {}

	start(inFlight: number): RequestStart {
		return { sequence: 0, inFlight, ended: 0, endedAtAcceptance: 0 };
	}

	accepted(): void {}

	succeeded(): void {}

	rejected(): void {}

	ended(): void {}

	restart(): void {}
}
