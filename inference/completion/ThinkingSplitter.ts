const openingTag = '<think>';
const closingTag = '</think>';

/**
 * Separates a `<think>…</think>` block at the start of an answer from the answer itself, even while
 * it streams: text that may be the beginning of a tag is held back until more arrives.
 *
 * Only a block at the very start counts. Anywhere else, the tag is part of the answer.
 */
export class ThinkingSplitter {
	private state: 'start' | 'thinking' | 'answer' = 'start';

	private held = '';

	private trimAnswer = false;

	/** Takes the next chunk and returns the reasoning and the answer text that it makes certain. */
	push(text: string): { reasoning: string; answer: string } {
		this.held += text;
		let reasoning = '';
		if (this.state === 'start') this.leaveStart();
		if (this.state === 'thinking') reasoning = this.takeThinking();
		return { reasoning, answer: this.state === 'answer' ? this.takeAnswer() : '' };
	}

	/** Returns the text that is still held back. Called once the text has ended. */
	end(): { reasoning: string; answer: string } {
		const rest = this.held;
		this.held = '';
		return this.state === 'thinking'
			? { reasoning: rest, answer: '' }
			: { reasoning: '', answer: rest };
	}

	private leaveStart(): void {
		const text = this.held.trimStart();
		if (text.startsWith(openingTag)) {
			this.state = 'thinking';
			this.held = text.slice(openingTag.length);
		} else if (!openingTag.startsWith(text)) {
			this.state = 'answer';
		}
	}

	private takeThinking(): string {
		const end = this.held.indexOf(closingTag);
		if (end >= 0) {
			const reasoning = this.held.slice(0, end);
			this.held = this.held.slice(end + closingTag.length);
			this.state = 'answer';
			this.trimAnswer = true;
			return reasoning;
		}
		const safeLength = this.held.length - partialTagLength(this.held);
		const reasoning = this.held.slice(0, safeLength);
		this.held = this.held.slice(safeLength);
		return reasoning;
	}

	private takeAnswer(): string {
		let answer = this.held;
		this.held = '';
		if (this.trimAnswer) {
			answer = answer.trimStart();
			if (answer !== '') this.trimAnswer = false;
		}
		return answer;
	}
}

/** Splits a whole text into its reasoning (trimmed) and its answer. */
export function splitThinking(text: string): { reasoning: string; answer: string } {
	const splitter = new ThinkingSplitter();
	const first = splitter.push(text);
	const last = splitter.end();
	return {
		reasoning: (first.reasoning + last.reasoning).trim(),
		answer: first.answer + last.answer,
	};
}

function partialTagLength(text: string): number {
	for (let length = Math.min(closingTag.length - 1, text.length); length > 0; length -= 1) {
		if (closingTag.startsWith(text.slice(-length))) return length;
	}
	return 0;
}
