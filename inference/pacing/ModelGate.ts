import { backoffMs, overloadBackoff } from './backoff';

/** One or two 503s between successes are no outage. */
const overloadsInARow = 3;
/** A Retry-After of a day must not stop the workflows that use a model for a day. */
const maxHoldMs = 60_000;

/**
 * Holds back the requests for one model while the service wants none of them: for the time of its
 * Retry-After, or, after several 503s in a row, with a growing backoff. After such an outage, one
 * request at a time tests whether the model is back.
 */
export class ModelGate {
	private overloads = 0;

	private heldSinceMs = -Infinity;

	private heldUntilMs = -Infinity;

	private isTesting = false;

	isOpen(nowMs: number): boolean {
		return nowMs >= this.heldUntilMs && !(this.isTesting && this.isDown);
	}

	/** When requests may start again; the past if a test request decides that. */
	get opensAtMs(): number {
		return this.heldUntilMs;
	}

	/** Whether the gate has no effect and can be removed. */
	isUnused(nowMs: number): boolean {
		return this.overloads === 0 && nowMs >= this.heldUntilMs;
	}

	/** A request starts. Returns whether it is the test request. */
	start(): boolean {
		if (!this.isDown || this.isTesting) return false;
		this.isTesting = true;
		return true;
	}

	/** The test request ended without an answer to whether the model is back. */
	testEnded(): void {
		this.isTesting = false;
	}

	/** The model accepted a request. */
	responded(): void {
		this.overloads = 0;
		this.isTesting = false;
	}

	/** The service responded with a 503. `sentMs` is when the request was sent. */
	overloaded(sentMs: number, nowMs: number, random: number, retryAfterMs = 0): void {
		// Requests that were already on their way when the hold began say nothing new.
		if (sentMs <= this.heldSinceMs) return;
		this.overloads += 1;
		if (retryAfterMs > 0) return this.hold(nowMs, retryAfterMs);
		const outage = this.overloads - overloadsInARow;
		if (outage >= 0) this.hold(nowMs, backoffMs(outage, random, overloadBackoff));
	}

	/** Starts no requests for `ms`, e.g. because of a rate limit. */
	hold(nowMs: number, ms: number): void {
		this.heldSinceMs = nowMs;
		this.heldUntilMs = Math.max(this.heldUntilMs, nowMs + Math.min(ms, maxHoldMs));
	}

	private get isDown(): boolean {
		return this.overloads >= overloadsInARow;
	}
}

/** The gates of all models that an account uses. */
export class ModelGates {
	private readonly gates = new Map<string, ModelGate>();

	get(model: string | undefined): ModelGate | undefined {
		return model === undefined ? undefined : this.gates.get(model);
	}

	/** The gate of a model that the service wants no requests for. */
	of(model: string): ModelGate {
		const gate = this.gates.get(model) ?? new ModelGate();
		this.gates.set(model, gate);
		return gate;
	}

	isOpen(model: string | undefined, nowMs: number): boolean {
		return this.get(model)?.isOpen(nowMs) ?? true;
	}

	/** When the next gate opens; removes those that are no longer needed. */
	nextOpeningMs(nowMs: number): number {
		let nextMs = Infinity;
		for (const [model, gate] of this.gates) {
			if (gate.opensAtMs > nowMs) nextMs = Math.min(nextMs, gate.opensAtMs);
			else if (gate.isUnused(nowMs)) this.gates.delete(model);
		}
		return nextMs;
	}
}
