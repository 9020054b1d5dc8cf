import { ServerSentEventDecoder } from '../http/ServerSentEventDecoder';
import type { TransportResponse } from '../http/transport';
import { InferenceError } from '../InferenceError';
import { incompleteAnswer, invalidAnswer } from './answerErrors';
import { normalizeCompletion, type ChatCompletion } from './chatCompletion';
import { CompletionFold } from './CompletionFold';
import { readEvent } from './readEvent';

/**
 * Reads a completion from the text of its stream.
 *
 * An answer is complete once its choices have finish reasons. From then on, nothing takes it back: an
 * error event, data that cannot be read, or a lost connection would only cost another request.
 */
export class CompletionStream {
	private readonly decoder = new ServerSentEventDecoder();

	private readonly fold = new CompletionFold();

	private hasUnknownData = false;

	/** Whether `[DONE]` has arrived, so that the rest of the text does not matter. */
	isDone = false;

	constructor(
		private readonly response: TransportResponse,
		private readonly choiceCount: number,
	) {}

	/** Takes the next text and returns what it adds to the answer of the first choice. */
	push(text: string): string {
		const { response } = this;
		let added = '';
		let hasContent = false;
		let hasFailed = false;
		for (const event of this.decoder.push(text)) {
			const content = readEvent(event, response);
			if (content === 'done') {
				this.isDone = true;
				break;
			} else if (content === 'unknown') this.hasUnknownData = true;
			else if (content instanceof InferenceError) {
				if (!this.isFinished) throw content;
				hasFailed = true;
			} else if (content !== 'keepAlive') {
				added += this.fold.add(content);
				hasContent = true;
			}
		}
		if (hasContent) response.sawContent();
		const isOver = this.isDone || hasFailed || (this.fold.hasUsage && this.isFinished);
		if (isOver) response.finishWithin(maxEndMs);
		return added;
	}

	/**
	 * The completion. `failure` is why the text ended early, if it did. Throws if the answer is not
	 * complete.
	 */
	end(failure?: unknown): ChatCompletion {
		if (failure !== undefined && !isLost(failure)) throw failure;
		const completion = this.isFinished ? normalizeCompletion(this.fold.completion()) : undefined;
		if (!completion) throw failure ?? this.unfinished();
		return completion;
	}

	/** With `[DONE]`, the service decides how many choices there are. */
	private get isFinished(): boolean {
		return this.fold.isFinished(this.isDone ? 1 : this.choiceCount);
	}

	private unfinished(): InferenceError {
		return this.fold.isEmpty && this.hasUnknownData
			? invalidAnswer('A part of the streamed response', this.response)
			: incompleteAnswer('The streamed response', this.response);
	}
}

/** A gateway that does not close the stream must not hold up a complete answer. */
const maxEndMs = 1000;

/** Whether the rest of the stream did not arrive, for whatever reason. */
function isLost(failure: unknown): boolean {
	const lost = ['connection', 'timeout'];
	return failure instanceof InferenceError && lost.includes(failure.kind);
}
