import type { NodeExecutionHint } from 'n8n-workflow';
import type { ChatResult } from '../../inference/completeChat';
import { textOf } from '../../inference/completion/completionParts';
import type { RetryNotice } from '../../inference/pacing/retry';

/** Counts what a person should know after a run and words it as hints; nothing when all was smooth. */
export class RunReport {
	private rejections = 0;

	private retries = 0;

	private waitedMs = 0;

	private cutAnswers = 0;

	private emptyAnswers = 0;

	/** How many requests were allowed at once when the last answer came. */
	private limit = 0;

	/** Items answered. */
	succeeded = 0;

	readonly noteRetry = ({ error, waitMs }: RetryNotice): void => {
		if (error.kind === 'concurrency') this.rejections += 1;
		else this.retries += 1;
		this.waitedMs += waitMs;
	};

	/** `limit`: how many requests of this run may be in flight now. */
	noteAnswer({ completion }: ChatResult, limit: number): void {
		this.succeeded += 1;
		this.limit = limit;
		for (const { message, finish_reason: finishReason } of completion.choices) {
			if (finishReason !== 'length') continue;
			const { text, reasoning } = textOf(message);
			if (text.trim() === '' && reasoning !== '') this.emptyAnswers += 1;
			else this.cutAnswers += 1;
		}
	}

	hints(): NodeExecutionHint[] {
		const hints: NodeExecutionHint[] = [];
		const warn = (message: string) =>
			hints.push({ message, type: 'warning', location: 'outputPane' });
		if (this.cutAnswers > 0) {
			warn(
				`${answers(this.cutAnswers)} cut off at 'Max Tokens' (finishReason is 'length'). Raise it in Options for longer answers.`,
			);
		}
		if (this.emptyAnswers > 0) {
			warn(
				`${answers(this.emptyAnswers)} empty because reasoning used up all tokens. Raise 'Max Tokens', lower 'Reasoning Effort' or turn 'Reasoning' off in Options.`,
			);
		}
		const slowed = this.slowedDown();
		if (slowed) hints.push({ message: slowed, type: 'info', location: 'outputPane' });
		return hints;
	}

	private slowedDown(): string | undefined {
		const parts: string[] = [];
		if (this.rejections > 0) {
			parts.push(
				`W&B answered 'Concurrency limit reached' ${times(this.rejections)}, so the node settled at ${this.limit} at once`,
			);
		}
		if (this.retries > 0)
			parts.push(
				`${this.retries} ${this.retries === 1 ? 'request was' : 'requests were'} retried after a passing fault`,
			);
		if (parts.length === 0) return undefined;
		return `${parts.join('; ')}. Items waited ${Math.round(this.waitedMs / 100) / 10} s in all.`;
	}
}

function answers(count: number): string {
	return count === 1 ? '1 answer was' : `${count} answers were`;
}

function times(count: number): string {
	return count === 1 ? 'once' : `${count} times`;
}
