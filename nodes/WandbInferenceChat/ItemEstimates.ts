import { addUsd, costUsd, type ModelPrice } from '../../inference/catalog/costUsd';

/** What decides how much an item may use. */
export interface ItemSize {
	/** Characters of the prompt. */
	promptLength: number;
	/** Maximum tokens of an answer, if the user set one. */
	maxTokens?: number;
	/** Answers in each request. */
	choiceCount: number;
	/** Requests that may be paid for until there is an answer, apart from retries. */
	requestCount: number;
	/** Whether further requests may follow, with the results of tools. */
	callsTools?: boolean;
	/** The highest price of the models that may answer. */
	price: ModelPrice;
}

export interface Amount {
	tokens: number;
	usd: number;
}

/** Until answers tell more. English has about 0.25 tokens per character, most scripts fewer than 1. */
const firstTokensPerCharacter = 0.5;

/** Learns from the answers of a run what its items may use. */
export class ItemEstimates {
	private tokensPerCharacter = 0;

	private longestAnswer = 0;

	private endedCount = 0;

	/** What all items that have ended used after their first request. */
	private further: Amount = { tokens: 0, usd: 0 };

	/** Whether an item has ended. */
	get knowsItems(): boolean {
		return this.endedCount > 0;
	}

	/** What a request may use; `undefined` if nothing is known yet about the length of answers. */
	ofRequest(size: ItemSize): Amount | undefined {
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

	/** What an item usually uses after its first request, except for what it has `used` of that. */
	ofFurther(used: Amount): Amount {
		const { endedCount, further } = this;
		const left = (average: number, amount: number) => Math.max(0, average - amount);
		return {
			tokens: left(Math.ceil(further.tokens / Math.max(1, endedCount)), used.tokens),
			usd: left(further.usd / Math.max(1, endedCount), used.usd),
		};
	}

	/** A request has used these tokens. */
	learn({ promptLength, choiceCount }: ItemSize, prompt: number, answer: number): void {
		if (prompt > 0 && promptLength > 0) {
			this.tokensPerCharacter = Math.max(this.tokensPerCharacter, prompt / promptLength);
		}
		this.longestAnswer = Math.max(this.longestAnswer, Math.ceil(answer / choiceCount));
	}

	/** An item has ended, and used this after its first request. */
	learnItem(further: Amount): void {
		this.endedCount += 1;
		this.further = sum(this.further, further);
	}
}

export function sum(left: Amount, right: Amount): Amount {
	return { tokens: left.tokens + right.tokens, usd: addUsd(left.usd, right.usd) ?? left.usd };
}

export function larger(left: Amount, right: Amount): Amount {
	return { tokens: Math.max(left.tokens, right.tokens), usd: Math.max(left.usd, right.usd) };
}
