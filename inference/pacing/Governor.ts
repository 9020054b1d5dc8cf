import { cancelledError } from '../InferenceError';
import { Alarm } from './Alarm';
import type { Clock } from './clock';
import type { Limiter, RequestStart } from './limiter';
import { ModelGates } from './ModelGate';
import { Pause } from './Pause';
import type { Permit, PermitRequest } from './Permit';
import { giveUpMs, RunQueue, type Run, type Waiter } from './RunQueue';

/** A request that has a permit. */
interface OpenRequest {
	readonly queue: RunQueue;
	readonly start: RequestStart;
	/** Known at the latest when the request is sent. */
	model?: string;
	sentMs: number;
	/** How long it may take until the service has the whole request. */
	uploadMs: number;
	/** Whether it tests if an overloaded model is back. */
	isTest: boolean;
	hasEnded: boolean;
}

/** What was learned is out of date after this time without requests. */
const restartIdleMs = 3000;
/** A request without a response counts as accepted after this, or three times the slowest rejection. */
const minAcceptanceMs = 1000;
/** Characters per millisecond. Images can take longer to upload than the time above. */
const slowestUploadPerMs = 500;

/**
 * Decides which requests may start. There is one governor per W&B account, so that all executions
 * share the account's limit. Runs take turns, so a chat does not wait behind a batch.
 */
export class Governor {
	/** In the order of their turns. */
	private readonly queues = new Map<Run, RunQueue>();

	private readonly gates = new ModelGates();

	/** When the service has each request that was neither accepted nor rejected yet. */
	private readonly unanswered = new Map<OpenRequest, number>();

	/** Waiters whose wait counts, so that it may become too long. */
	private readonly counting = new Set<Waiter>();

	private waitingCount = 0;

	private readonly alarm: Alarm;

	private readonly pause: Pause;

	private inFlightCount = 0;

	private slowestRejectionMs = 0;

	/** When the last request ended or stopped waiting. */
	lastUsedMs: number;

	constructor(
		private readonly limiter: Limiter,
		private readonly clock: Clock,
	) {
		this.lastUsedMs = clock.now();
		this.alarm = new Alarm(clock, () => this.onAlarm());
		this.pause = new Pause(clock);
	}

	get limit(): number {
		return this.limiter.limit;
	}

	get inFlight(): number {
		return this.inFlightCount;
	}

	/**
	 * Requests in flight that the service has taken. Those without a response count if a rejection
	 * would have come by now.
	 */
	get heldSlots(): number {
		const settledMs = this.clock.now() - 3 * this.slowestRejectionMs;
		let held = this.inFlightCount - this.unanswered.size;
		for (const arrivedMs of this.unanswered.values()) if (arrivedMs < settledMs) held += 1;
		return held;
	}

	get isIdle(): boolean {
		return this.queues.size === 0;
	}

	/**
	 * Waits until a request may start. Returns `undefined` if that took longer than `maxWaitMs`.
	 * Rejects with a cancelled error if the signal aborts first.
	 */
	async acquire(request: PermitRequest): Promise<Permit | undefined> {
		const { run, signal } = request;
		if (signal?.aborted) throw cancelledError();
		const nowMs = this.clock.now();
		if (this.isIdle && nowMs - this.lastUsedMs > restartIdleMs) this.limiter.restart();
		const queue = this.queueOf(run);
		return await new Promise((resolve, reject) => {
			const onAbort = () => {
				this.leave(queue, waiter);
				reject(cancelledError());
			};
			const waiter: Waiter = {
				...request,
				settle: (permit) => {
					signal?.removeEventListener('abort', onAbort);
					resolve(permit);
				},
			};
			signal?.addEventListener('abort', onAbort, { once: true });
			queue.add(waiter);
			this.waitingCount += 1;
			if (request.isRetry || !this.isOpen(request.model)) this.startCounting(waiter);
			this.admit();
		});
	}

	private admit(): void {
		while (this.inFlightCount < this.limiter.limit && this.pause.isOver) {
			const next = this.takeNext();
			if (!next) break;
			next.waiter.settle(this.start(next.queue, next.waiter));
		}
		this.setAlarm();
	}

	/** The waiter whose turn it is. Its run goes to the end of the line. */
	private takeNext(): { queue: RunQueue; waiter: Waiter } | undefined {
		for (const [run, queue] of this.queues) {
			const waiter = queue.take(({ model }) => this.isOpen(model));
			if (!waiter) continue;
			this.queues.delete(run);
			this.queues.set(run, queue);
			this.forget(waiter);
			return { queue, waiter };
		}
		return undefined;
	}

	private start(queue: RunQueue, waiter: Waiter): Permit {
		this.inFlightCount += 1;
		queue.inFlight += 1;
		const nowMs = this.clock.now();
		const start = this.limiter.start(this.inFlightCount);
		const request = {
			...{ queue, start, isTest: false, hasEnded: false },
			...{ sentMs: nowMs, uploadMs: 0 },
		};
		this.unanswered.set(request, nowMs);
		const permit = this.createPermit(request, nowMs - (waiter.countsSinceMs ?? nowMs));
		if (waiter.model !== undefined) permit.use(waiter.model);
		return permit;
	}

	private createPermit(request: OpenRequest, waitedMs: number): Permit {
		const { start } = request;
		return {
			governor: this,
			waitedMs,
			use: (model) => this.use(request, model),
			sent: (length = 0) => {
				request.sentMs = this.clock.now();
				request.uploadMs = length / slowestUploadPerMs;
				if (this.unanswered.has(request)) {
					this.unanswered.set(request, request.sentMs + request.uploadMs);
				}
			},
			accepted: () => {
				this.accept(request);
				this.admit();
			},
			succeeded: () => {
				this.accept(request);
				this.end(request, () => this.limiter.succeeded(start));
			},
			rejected: () =>
				this.end(request, () => {
					const tookMs = this.clock.now() - request.sentMs - request.uploadMs;
					this.slowestRejectionMs = Math.max(this.slowestRejectionMs, tookMs);
					this.limiter.rejected(start, this.inFlightCount);
					if (this.heldSlots === 0) this.pause.begin();
				}),
			unavailable: (reason, retryAfterMs) =>
				this.end(request, () => {
					this.limiter.ended();
					this.closeGate(request, reason, retryAfterMs);
				}),
			ended: () => this.end(request, () => this.limiter.ended()),
		};
	}

	private use(request: OpenRequest, model: string): boolean {
		if (!this.isOpen(model)) return false;
		request.model = model;
		request.isTest = this.gates.get(model)?.start() ?? false;
		return true;
	}

	private accept(request: OpenRequest): void {
		if (request.hasEnded) return;
		if (this.unanswered.delete(request)) this.limiter.accepted(request.start);
		this.pause.reset();
		this.gates.get(request.model)?.responded();
	}

	private end(request: OpenRequest, learn: () => void): void {
		if (request.hasEnded) return;
		request.hasEnded = true;
		this.unanswered.delete(request);
		this.inFlightCount -= 1;
		request.queue.inFlight -= 1;
		learn();
		if (request.isTest) this.gates.get(request.model)?.testEnded();
		this.afterEnd(request.queue);
	}

	private closeGate(
		{ model, sentMs }: OpenRequest,
		reason: 'overloaded' | 'rateLimit',
		retryAfterMs = 0,
	): void {
		if (model === undefined) return;
		const nowMs = this.clock.now();
		const gate = this.gates.of(model);
		if (reason === 'rateLimit') gate.hold(nowMs, retryAfterMs);
		else gate.overloaded(sentMs, nowMs, this.clock.random(), retryAfterMs);
		if (gate.isOpen(nowMs)) return;
		for (const { waiting } of this.queues.values()) {
			for (const waiter of waiting) if (waiter.model === model) this.startCounting(waiter);
		}
	}

	private isOpen(model: string | undefined): boolean {
		return this.gates.isOpen(model, this.clock.now());
	}

	private startCounting(waiter: Waiter): void {
		waiter.countsSinceMs ??= this.clock.now();
		this.counting.add(waiter);
	}

	private forget(waiter: Waiter): void {
		this.waitingCount -= 1;
		this.counting.delete(waiter);
	}

	/** The alarm rings when time alone may change something for those who wait. */
	private setAlarm(): void {
		if (this.waitingCount === 0) return this.alarm.clear();
		const nowMs = this.clock.now();
		if (!this.pause.isOver) this.alarm.set(this.pause.untilMs);
		// The oldest is due first, unless it has a large upload; then the others wait for it.
		const [arrivedMs] = this.unanswered.values();
		if (arrivedMs !== undefined) this.alarm.set(arrivedMs + this.acceptanceMs);
		const openingMs = this.gates.nextOpeningMs(nowMs);
		if (openingMs < Infinity) this.alarm.set(openingMs);
		for (const waiter of this.counting) this.alarm.set(giveUpMs(waiter));
	}

	private onAlarm(): void {
		const nowMs = this.clock.now();
		for (const [request, arrivedMs] of this.unanswered) {
			if (arrivedMs + this.acceptanceMs > nowMs) continue;
			this.accept(request);
		}
		for (const waiter of this.counting) {
			if (giveUpMs(waiter) > nowMs) continue;
			const queue = this.queueOf(waiter.run);
			waiter.settle(undefined);
			this.leave(queue, waiter);
		}
		this.admit();
	}

	private get acceptanceMs(): number {
		return Math.max(minAcceptanceMs, 3 * this.slowestRejectionMs);
	}

	private afterEnd(queue: RunQueue): void {
		if (queue.isIdle) this.queues.delete(queue.run);
		this.lastUsedMs = this.clock.now();
		this.admit();
	}

	private leave(queue: RunQueue, waiter: Waiter): void {
		queue.remove(waiter);
		this.forget(waiter);
		this.afterEnd(queue);
	}

	private queueOf(run: Run): RunQueue {
		const queue = this.queues.get(run) ?? new RunQueue(run);
		this.queues.set(run, queue);
		return queue;
	}
}
