import { addUsd, costUsd, type ModelPrice } from '../../inference/catalog/costUsd';
import type { TokenUsage } from '../../inference/completion/completionParts';
import { cancelledError, InferenceError } from '../../inference/InferenceError';

/** What a run may use. */
export interface Budget {
	maxUsd?: number;
	maxTokens?: number;
}

/** What decides how much an item may use. */
export interface ItemSize {
	/** Characters of the prompt. */
	promptLength: number;
	/** Maximum tokens of an answer, if the user set one. */
	maxTokens?: number;
	/** Answers in each request. */
	choiceCount: number;
	/** Requests that may be paid for, apart from retries. */
	requestCount: number;
	/** The highest price of the models that may answer. */
	price: ModelPrice;
}

/** A part of the budget that is set aside for an item. */
export interface Reservation {
	/** The item has ended. Without a `paid` answer, it has used nothing. */
	settle(paid?: PaidAnswer): void;
}

interface PaidAnswer {
	/** Absent if the service did not report it. */
	usage?: TokenUsage;
}

interface Amount {
	tokens: number;
	usd: number;
}

/** Until answers tell more. English has about 0.25 tokens per character, most scripts fewer than 1. */
const firstTokensPerCharacter = 0.5;

/**
 * Keeps a run within its budget: an item starts only if what was used and what may still be used by
 * the items in progress leave room for it. How much an answer may use is the user's maximum, or the
 * most that an answer has used so far, so without a maximum, the first item runs alone.
 */
export class RunBudget {
	private used: Amount = { tokens: 0, usd: 0 };

	private readonly reserved = new Set<Amount>();

	private tokensPerCharacter = 0;

	private longestAnswer = 0;

	private readonly waiting = new Set<() => void>();

	constructor(private readonly budget: Budget) {}

	/** Sets aside what the item may use; `undefined` if that depends on items in progress. */
	tryReserve(size: ItemSize): Reservation | undefined {
		const amount = this.estimate(size);
		const isPilot = amount === undefined;
		if (isPilot && this.reserved.size > 0) return undefined;
		const needed = amount ?? { tokens: 1, usd: 0 };
		if (!this.hasRoomFor(needed)) {
			if (this.reserved.size > 0) return undefined;
			throw this.usedUp();
		}
		this.reserved.add(needed);
		return { settle: (paid) => this.settle(needed, size, paid) };
	}

	/**
	 * Like `tryReserve`, but waits for items in progress. Throws an `InferenceError` of the kind
	 * `budget` if there is no room for the item.
	 */
	async reserve(size: ItemSize, signal: AbortSignal): Promise<Reservation> {
		for (;;) {
			if (signal.aborted) throw cancelledError();
			const reservation = this.tryReserve(size);
			if (reservation) return reservation;
			await new Promise<void>((resolve) => {
				const wake = () => {
					this.waiting.delete(wake);
					signal.removeEventListener('abort', wake);
					resolve();
				};
				this.waiting.add(wake);
				signal.addEventListener('abort', wake, { once: true });
			});
		}
	}

	/** `undefined` if nothing is known yet about the length of answers. */
	private estimate(size: ItemSize): Amount | undefined {
		const answer = size.maxTokens ?? this.longestAnswer;
		if (answer === 0) return undefined;
		const perCharacter = this.tokensPerCharacter || firstTokensPerCharacter;
		const promptTokens = Math.ceil(size.promptLength * perCharacter) * size.requestCount;
		const completionTokens = answer * size.choiceCount * size.requestCount;
		return {
			tokens: promptTokens + completionTokens,
			usd: costUsd({ promptTokens, completionTokens }, size.price) ?? 0,
		};
	}

	private hasRoomFor(needed: Amount): boolean {
		const { maxTokens = Infinity, maxUsd = Infinity } = this.budget;
		const amounts = [this.used, ...this.reserved, needed];
		const tokens = amounts.reduce((sum, amount) => sum + amount.tokens, 0);
		const usd = amounts.reduce((sum, amount) => addUsd(sum, amount.usd) ?? sum, 0);
		return tokens <= maxTokens && usd <= maxUsd && !this.isUsedUp;
	}

	private get isUsedUp(): boolean {
		const { maxTokens = Infinity, maxUsd = Infinity } = this.budget;
		return this.used.tokens >= maxTokens || this.used.usd >= maxUsd;
	}

	private settle(amount: Amount, size: ItemSize, paid?: PaidAnswer): void {
		if (!this.reserved.delete(amount)) return;
		if (paid) {
			const {
				promptTokens = 0,
				completionTokens = 0,
				totalTokens,
				costUsd: cost,
			} = paid.usage ?? {};
			const reported = totalTokens ?? promptTokens + completionTokens;
			this.used = {
				tokens: this.used.tokens + (paid.usage ? reported : amount.tokens),
				usd: addUsd(this.used.usd, cost ?? amount.usd) ?? this.used.usd,
			};
			this.learn(size, promptTokens, completionTokens);
		}
		for (const wake of [...this.waiting]) wake();
	}

	private learn({ promptLength, choiceCount }: ItemSize, prompt: number, answer: number): void {
		if (prompt > 0 && promptLength > 0) {
			this.tokensPerCharacter = Math.max(this.tokensPerCharacter, prompt / promptLength);
		}
		this.longestAnswer = Math.max(this.longestAnswer, Math.ceil(answer / choiceCount));
	}

	private usedUp(): InferenceError {
		const { maxTokens, maxUsd } = this.budget;
		const parts = [
			...(maxUsd === undefined ? [] : [`$${this.used.usd} of $${maxUsd}`]),
			...(maxTokens === undefined ? [] : [`${this.used.tokens} of ${maxTokens} tokens`]),
		];
		const message = `The budget of this run leaves no room for this item (${parts.join(', ')} used)`;
		return new InferenceError(message, { kind: 'budget' });
	}
}
