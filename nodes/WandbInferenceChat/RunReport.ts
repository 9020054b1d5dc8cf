import type { NodeExecutionHint } from 'n8n-workflow';
import { addUsage } from '../../inference/catalog/addUsage';
import type { CatalogModel } from '../../inference/catalog/readCatalog';
import type { AnswerResult } from '../../inference/completeAnswer';
import { messageParts, type TokenUsage } from '../../inference/completion/completionParts';
import { InferenceError } from '../../inference/InferenceError';
import type { RetryNotice } from '../../inference/pacing/retry';

/** Counts what users should know after a run and turns it into hints. A smooth run has none. */
export class RunReport {
	private rejections = 0;

	private retries = 0;

	private waitedMs = 0;

	private cutOffAnswers = 0;

	private cutOffElsewhere = 0;

	private emptyAnswers = 0;

	private repairedAnswers = 0;

	private invalidChoices = 0;

	private leftOut = 0;

	private failed = 0;

	/** Sentences about models that lack what items need. */
	private readonly missing = new Set<string>();

	private paidItems = 0;

	/** Of all answers, also of those that were rejected. */
	usage?: TokenUsage;

	/** Items that succeeded. */
	succeeded = 0;

	readonly noteRetry = ({ error, waitedMs }: RetryNotice): void => {
		if (error.kind === 'concurrency') this.rejections += 1;
		else this.retries += 1;
		this.waitedMs += waitedMs;
	};

	/** `hasMaxTokens`: whether the user set 'Max Tokens' for the item. */
	noteResult(result: AnswerResult, hasMaxTokens: boolean): void {
		const { completion, repairs, invalidChoices } = result;
		this.succeeded += 1;
		this.addUsage(result.usage);
		if (repairs > 0) this.repairedAnswers += 1;
		this.invalidChoices += invalidChoices;
		for (const { message, finish_reason: finishReason } of completion.choices) {
			if (finishReason !== 'length') continue;
			const { text, reasoning } = messageParts(message);
			if (text.trim() === '' && reasoning !== '') this.emptyAnswers += 1;
			else if (hasMaxTokens) this.cutOffAnswers += 1;
			else this.cutOffElsewhere += 1;
		}
	}

	/**
	 * Notes features that the catalog does not list for the model of an item. The item is sent anyway,
	 * because the catalog may be wrong.
	 */
	noteNeeds(model: string, features: string[], known: CatalogModel | undefined): void {
		if (!known || known.features.length === 0) return;
		for (const feature of features) {
			if (known.features.includes(feature)) continue;
			this.missing.add(
				`According to W&B's model catalog, ${model} does not support ${feature}, which this node uses. If requests fail or the answers are wrong, select another model.`,
			);
		}
	}

	noteFailure(error: unknown): void {
		this.failed += 1;
		if (!(error instanceof InferenceError)) return;
		if (error.kind === 'budget') this.leftOut += 1;
		if (error.answer) this.addUsage(error.answer.usage);
	}

	private addUsage(usage: TokenUsage | undefined): void {
		this.usage = this.paidItems === 0 ? usage : addUsage(this.usage, usage);
		this.paidItems += 1;
	}

	hints(): NodeExecutionHint[] {
		const hints: NodeExecutionHint[] = [];
		const warn = (message: string) =>
			hints.push({ message, type: 'warning', location: 'outputPane' });
		if (this.cutOffAnswers > 0) {
			warn(
				`${answersWere(this.cutOffAnswers)} cut off at 'Max Tokens' (finishReason is 'length'). Increase it in Options for longer answers.`,
			);
		}
		if (this.cutOffElsewhere > 0) {
			warn(
				`${answersWere(this.cutOffElsewhere)} cut off at the model's own limit (finishReason is 'length'). Set 'Max Tokens' in Options, or shorten the prompt.`,
			);
		}
		if (this.emptyAnswers > 0) {
			warn(
				`${answersWere(this.emptyAnswers)} empty because reasoning used up all tokens. Increase 'Max Tokens', lower 'Reasoning Effort', or turn off 'Reasoning' in Options.`,
			);
		}
		if (this.invalidChoices > 0) {
			warn(
				`${answersWere(this.invalidChoices)} not the requested JSON and ${this.invalidChoices === 1 ? 'is' : 'are'} null in 'output', beside other choices that are valid.`,
			);
		}
		for (const message of this.missing) warn(message);
		if (this.leftOut > 0) {
			warn(
				`${this.leftOut === 1 ? '1 item was' : `${this.leftOut} items were`} not sent or not finished because the budget of the run had no room for ${this.leftOut === 1 ? 'it' : 'them'} (kind is 'budget').`,
			);
		}
		const inform = (message: string) =>
			hints.push({ message, type: 'info', location: 'outputPane' });
		if (this.repairedAnswers > 0) {
			inform(
				`${answersWere(this.repairedAnswers)} not the requested JSON at first and ${this.repairedAnswers === 1 ? 'was' : 'were'} corrected by the model. 'usage' includes the extra requests.`,
			);
		}
		const slowed = this.slowedDown();
		if (slowed) inform(slowed);
		const total = this.total();
		if (total) inform(total);
		return hints;
	}

	/** What all items used together; a single one shows it in its output. */
	private total(): string | undefined {
		const { promptTokens, completionTokens, costUsd: cost } = this.usage ?? {};
		if (this.paidItems < 2 || promptTokens === undefined || completionTokens === undefined) {
			return undefined;
		}
		const counts = [
			`${inThousands(this.paidItems)} items`,
			`${inThousands(promptTokens)} tokens in`,
			`${inThousands(completionTokens)} out`,
			...(cost === undefined ? [] : [`about $${inUsd(cost)}`]),
		];
		return `${counts.join(', ')}.`;
	}

	private slowedDown(): string | undefined {
		const parts: string[] = [];
		if (this.rejections > 0) {
			parts.push(
				`W&B's concurrency limit was reached ${times(this.rejections)}, so requests were slowed down automatically`,
			);
		}
		if (this.retries > 0) {
			parts.push(
				`${this.retries} ${this.retries === 1 ? 'request was' : 'requests were'} retried after a temporary error`,
			);
		}
		if (parts.length === 0) return undefined;
		const seconds = Math.round(this.waitedMs / 100) / 10;
		const sentence = `${parts.join('; ')} (${seconds} s of waiting in total).`;
		return this.failed === 0 ? `${sentence} No action needed.` : sentence;
	}
}

function answersWere(count: number): string {
	return count === 1 ? '1 answer was' : `${count} answers were`;
}

function times(count: number): string {
	return count === 1 ? 'once' : `${count} times`;
}

function inThousands(count: number): string {
	return count.toLocaleString('en-US');
}

/** Cents if there are any, otherwise the first two digits that are not 0. */
function inUsd(cost: number): string {
	return cost >= 0.01 || cost === 0
		? cost.toFixed(2)
		: cost.toLocaleString('en-US', { maximumSignificantDigits: 2 });
}
