import { addUsd } from '../../inference/catalog/costUsd';
import type { TokenUsage } from '../../inference/completion/completionParts';
import { cancelledError, InferenceError } from '../../inference/InferenceError';
import { ItemEstimates, larger, sum, type Amount, type ItemSize } from './ItemEstimates';

/** What a run may use. */
export interface Budget {
	maxUsd?: number;
	maxTokens?: number;
}

/** A part of the budget that is set aside for an item. */
export interface Reservation {
	/**
	 * Sets aside what a further request of the item may use, once there is room. `paid` is what the
	 * item has used so far. Throws an `InferenceError` of the kind `budget` if there is no room.
	 */
	extend(paid: PaidAnswer, size: ItemSize, signal: AbortSignal): Promise<void>;
	/** The item has ended. Without a `paid` answer, it has used nothing more. */
	settle(paid?: PaidAnswer): void;
	/** Like `settle`, for an item that has failed, so that its last request may have cost nothing. */
	fail(paid?: PaidAnswer): void;
}

interface PaidAnswer {
	/** Of all requests for the item; absent if the service did not report it. */
	usage?: TokenUsage;
}

/** An item in progress. */
interface Share {
	/** What decides how much its next request may use. */
	size: ItemSize;
	/** What that is. */
	needed: Amount;
	/** What is set aside, which includes requests that may follow. */
	reserved: Amount;
	/** What its earlier requests have used, if it had any. */
	counted?: TokenUsage;
	/** What the requests after its first one have used. */
	further: Amount;
}

interface Waiter {
	share: Share;
	settle(error?: InferenceError): void;
}

const nothing: Amount = { tokens: 0, usd: 0 };

/**
 * Keeps a run within its budget: a request is sent only if what was used and what may still be used
 * by the items in progress leave room for it. How much an answer may use is the user's maximum, or
 * the most that an answer has used so far, so without a maximum, the first item runs alone.
 *
 * An item that calls tools needs room again for each further request. So that it finds some, a new
 * item only joins others if there is also room for what items have used on average after their first
 * request, and the first item runs alone until it has ended. An item that waits has nothing set
 * aside, so items never wait for each other, and those in progress come before new ones.
 */
export class RunBudget {
	private used = nothing;

	private readonly shares = new Set<Share>();

	private readonly estimates = new ItemEstimates();

	/** Items in progress first. */
	private waiting: Waiter[] = [];

	constructor(private readonly budget: Budget) {}

	/** Sets aside what the item may use; `undefined` if that depends on items in progress. */
	tryReserve(size: ItemSize): Reservation | undefined {
		const share = newShare(size);
		const isBehindOthers = this.waiting.some((waiter) => hasStarted(waiter.share));
		return !isBehindOthers && this.admit(share) ? this.reservationFor(share) : undefined;
	}

	/**
	 * Like `tryReserve`, but waits for items in progress. Throws an `InferenceError` of the kind
	 * `budget` if there is no room for the item.
	 */
	async reserve(size: ItemSize, signal: AbortSignal): Promise<Reservation> {
		const share = newShare(size);
		await this.waitFor(share, signal);
		return this.reservationFor(share);
	}

	private reservationFor(share: Share): Reservation {
		const end = (paid: PaidAnswer | undefined, hasFailed: boolean) => {
			// Without a share, it waited for room, and all it has used was counted.
			if (this.shares.delete(share) && paid) this.count(share, paid, hasFailed);
			this.estimates.learnItem(share.further);
			this.admitWaiting();
		};
		return {
			extend: async (paid, size, signal) => {
				this.shares.delete(share);
				this.count(share, paid);
				share.size = size;
				await this.waitFor(share, signal);
			},
			settle: (paid) => end(paid, false),
			fail: (paid) => end(paid, true),
		};
	}

	/** Whether the item may send its next request now. Throws if it never may. */
	private admit(share: Share): boolean {
		const { size } = share;
		const isAlone = this.shares.size === 0;
		const estimate = this.estimates.ofRequest(size);
		const isFirst =
			estimate === undefined || (size.callsTools === true && !this.estimates.knowsItems);
		if (isFirst && !hasStarted(share) && !isAlone) return false;
		const needed = estimate ?? { tokens: 1, usd: 0 };
		const reserved = hasStarted(share)
			? larger(needed, this.estimates.ofFurther(share.further))
			: sum(needed, this.estimates.ofFurther(nothing));
		// Room for what may follow is not certain to be needed.
		if (!this.hasRoomFor(isAlone || hasStarted(share) ? needed : reserved)) {
			if (isAlone) throw this.usedUp(share);
			return false;
		}
		this.shares.add(Object.assign(share, { needed, reserved }));
		return true;
	}

	private async waitFor(share: Share, signal: AbortSignal): Promise<void> {
		if (signal.aborted) throw cancelledError();
		await new Promise<void>((resolve, reject) => {
			const onAbort = () => {
				this.waiting = this.waiting.filter((one) => one !== waiter);
				reject(cancelledError());
				this.admitWaiting();
			};
			const settle = (error?: InferenceError) => {
				signal.removeEventListener('abort', onAbort);
				if (error) reject(error);
				else resolve();
			};
			const waiter: Waiter = { share, settle };
			signal.addEventListener('abort', onAbort, { once: true });
			const others = this.waiting;
			const isNext = (one: Waiter) => hasStarted(share) && !hasStarted(one.share);
			const place = others.findIndex(isNext);
			others.splice(place < 0 ? others.length : place, 0, waiter);
			this.admitWaiting();
		});
	}

	private admitWaiting(): void {
		const waiting = this.waiting;
		this.waiting = [];
		for (const waiter of waiting) {
			const { share } = waiter;
			const [first] = this.waiting;
			// A new item does not take the room that one in progress waits for.
			const isBehind = !hasStarted(share) && first !== undefined && hasStarted(first.share);
			try {
				if (isBehind || !this.admit(share)) this.waiting.push(waiter);
				else waiter.settle();
			} catch (error) {
				waiter.settle(error as InferenceError);
			}
		}
	}

	private hasRoomFor(needed: Amount): boolean {
		const { maxTokens = Infinity, maxUsd = Infinity } = this.budget;
		if (this.used.tokens >= maxTokens || this.used.usd >= maxUsd) return false;
		const reserved = [...this.shares].map((share) => share.reserved);
		const { tokens, usd } = [...reserved, needed].reduce(sum, this.used);
		return tokens <= maxTokens && usd <= maxUsd;
	}

	/** Counts what the item has used since it was counted last; what was set aside if not reported. */
	private count(share: Share, { usage }: PaidAnswer, hasFailed = false): void {
		const { size, needed, counted } = share;
		const reported = totalOf(usage) - totalOf(counted);
		const isFree = hasFailed && counted !== undefined && reported === 0;
		const most = isFree ? nothing : needed;
		const costBefore = counted ? counted.costUsd : 0;
		const cost = addUsd(usage?.costUsd, costBefore === undefined ? undefined : -costBefore);
		const used = { tokens: reported > 0 ? reported : most.tokens, usd: cost ?? most.usd };
		this.used = sum(this.used, used);
		if (counted) share.further = sum(share.further, used);
		const countOf = (name: 'promptTokens' | 'completionTokens') =>
			(usage?.[name] ?? 0) - (counted?.[name] ?? 0);
		this.estimates.learn(size, countOf('promptTokens'), countOf('completionTokens'));
		share.counted = usage ?? counted ?? {};
	}

	private usedUp(share: Share): InferenceError {
		const { maxTokens, maxUsd } = this.budget;
		const parts = [
			...(maxUsd === undefined ? [] : [`$${this.used.usd} of $${maxUsd}`]),
			...(maxTokens === undefined ? [] : [`${this.used.tokens} of ${maxTokens} tokens`]),
		];
		const request = hasStarted(share) ? 'another request of this item' : 'this item';
		const message = `The budget of this run leaves no room for ${request} (${parts.join(', ')} used)`;
		return new InferenceError(message, { kind: 'budget' });
	}
}

function newShare(size: ItemSize): Share {
	return { size, needed: nothing, reserved: nothing, further: nothing };
}

/** Whether the item has sent a request. */
function hasStarted({ counted }: Share): boolean {
	return counted !== undefined;
}

function totalOf({ promptTokens = 0, completionTokens = 0, totalTokens }: TokenUsage = {}): number {
	return totalTokens ?? promptTokens + completionTokens;
}
