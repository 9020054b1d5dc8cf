import { CodeFence } from './CodeFence';

const openingTag = '<think>';
const closingTag = '</think>';

export interface SplitText {
	reasoning: string;
	answer: string;
}

/**
 * Separates the `<think>…</think>` blocks of an answer from its text, even while it streams.
 *
 * At the start of the answer, one or more blocks count, and the last one even if it is never closed.
 * Later, a block counts only if its opening tag is at the start of a line and it is closed: until
 * then, its text is held back. Any other tag is part of the answer, and so is a block in fenced code.
 * White space after a block is dropped.
 */
export class ThinkingSplitter {
	/** `start`: of the text, or behind a block. */
	private state: 'start' | 'block' | 'answer' = 'start';

	private hasBlock = false;

	private hasAnswer = false;

	/** What may be the beginning of a tag. */
	private tail = '';

	/** Leading white space, or a block that may not be one. Pieces, so that many take linear time. */
	private held: string[] = [];

	/** Separates the reasoning of two blocks. */
	private gap = '';

	/** The first characters of the current line of the answer; empty at its start. */
	private lineStart = '';

	private readonly fence = new CodeFence();

	/** Takes the next chunk and returns the reasoning and the answer text that it makes certain. */
	push(text: string): SplitText {
		const split = { reasoning: '', answer: '' };
		let rest = this.tail + text;
		this.tail = '';
		while (rest !== '') rest = this.take(rest, split);
		return split;
	}

	/** Returns the text that is still held back. Called once the text has ended. */
	end(): SplitText {
		const rest = this.takeHeld() + this.tail;
		this.tail = '';
		if (this.state !== 'block') return { reasoning: '', answer: rest };
		return this.hasAnswer
			? { reasoning: '', answer: openingTag + rest }
			: { reasoning: rest, answer: '' };
	}

	/** Adds the beginning of the text to `split` or keeps it, and returns the rest. */
	private take(text: string, split: SplitText): string {
		if (this.state === 'start') return this.takeStart(text, split);
		return this.state === 'block' ? this.takeBlock(text, split) : this.takeLine(text, split);
	}

	private takeStart(text: string, split: SplitText): string {
		const start = text.trimStart();
		if (!this.hasBlock) this.held.push(text.slice(0, text.length - start.length));
		if (start.startsWith(openingTag)) return this.openBlock(start);
		if (openingTag.startsWith(start)) {
			this.tail = start;
			return '';
		}
		split.answer += this.takeHeld();
		this.state = 'answer';
		this.hasAnswer = true;
		this.lineStart = '';
		return start;
	}

	private openBlock(text: string): string {
		this.held = [];
		this.state = 'block';
		return text.slice(openingTag.length);
	}

	private takeBlock(text: string, split: SplitText): string {
		const end = text.indexOf(closingTag);
		const isClosed = end >= 0;
		const length = isClosed ? end : text.length - partialTagLength(text);
		this.held.push(text.slice(0, length));
		if (isClosed || !this.hasAnswer) {
			split.reasoning += this.gap + this.takeHeld();
			this.gap = '';
		}
		if (!isClosed) {
			this.tail = text.slice(length);
			return '';
		}
		this.state = 'start';
		this.hasBlock = true;
		this.gap = '\n';
		return text.slice(end + closingTag.length);
	}

	/** Takes the rest of a line of the answer, or what there is of it. Runs for every token. */
	private takeLine(text: string, split: SplitText): string {
		if (this.lineStart === '' && !this.fence.isOpen) {
			if (text.startsWith(openingTag)) return this.openBlock(text);
			if (openingTag.startsWith(text)) {
				this.tail = text;
				return '';
			}
		}
		const end = text.indexOf('\n') + 1;
		const line = end === 0 ? text : text.slice(0, end);
		split.answer += line;
		if (this.lineStart.length < lineStartLength) {
			this.lineStart += line.slice(0, lineStartLength);
		}
		if (end === 0) return '';
		this.fence.pass(this.lineStart);
		this.lineStart = '';
		return text.slice(end);
	}

	private takeHeld(): string {
		const text = this.held.join('');
		this.held = [];
		return text;
	}
}

/** Enough of a line to recognize a code fence. */
const lineStartLength = 100;

function partialTagLength(text: string): number {
	for (let length = Math.min(closingTag.length - 1, text.length); length > 0; length -= 1) {
		if (closingTag.startsWith(text.slice(-length))) return length;
	}
	return 0;
}

/** Splits a whole text, as it would be split while it streams, into its reasoning (trimmed) and its answer. */
export function splitThinking(text: string): SplitText {
	const splitter = new ThinkingSplitter();
	const first = splitter.push(text);
	const last = splitter.end();
	return {
		reasoning: (first.reasoning + last.reasoning).trim(),
		answer: first.answer + last.answer,
	};
}

/**
 * Splits a complete answer. Unlike `splitThinking`, it also recognizes a block at the start that
 * lacks its opening tag, because the chat template of some models contains that tag.
 *
 * While such an answer streams, nothing tells its reasoning from text until the closing tag arrives,
 * so a user who reads along sees both.
 */
export function splitCompleteAnswer(text: string): SplitText {
	const end = unopenedBlockLength(text);
	if (end < 0) return splitThinking(text);
	const unopened = text.slice(0, end).trim();
	const { reasoning, answer } = splitThinking(text.slice(end + closingTag.length).trimStart());
	return {
		reasoning: [unopened, reasoning].filter((part) => part !== '').join('\n'),
		answer,
	};
}

/**
 * Where the first closing tag is that no opening tag precedes; -1 if there is none. Answers also
 * speak about tags, so it must be at the end of a line and not in code.
 */
function unopenedBlockLength(text: string): number {
	if (!text.includes(closingTag)) return -1;
	const fence = new CodeFence();
	let lineAt = 0;
	for (const line of text.split('\n')) {
		if (line.includes(openingTag)) return -1;
		const before = fence.isOpen ? undefined : beforeClosingTag(line);
		if (before !== undefined) return lineAt + before.length;
		fence.pass(line);
		lineAt += line.length + 1;
	}
	return -1;
}

/** The line up to a closing tag at its end, unless that tag is in inline code. */
function beforeClosingTag(line: string): string | undefined {
	const text = line.trimEnd();
	if (!text.endsWith(closingTag)) return undefined;
	const before = text.slice(0, -closingTag.length);
	const backtickCount = before.split('`').length - 1;
	return backtickCount % 2 === 0 ? before : undefined;
}
