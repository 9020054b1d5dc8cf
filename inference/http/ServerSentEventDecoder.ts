/** What a chat completion uses of a server-sent event. */
export interface ServerSentEvent {
	/** Its `event` field; empty if it has none. */
	type: string;
	data: string;
}

/**
 * Decodes server-sent events (WHATWG HTML, section 9.2). The text may be cut anywhere. As the
 * standard requires, an event without data is dropped, and so is one that is unfinished at the end
 * of the stream.
 */
export class ServerSentEventDecoder {
	/** The pieces of the current line, joined once it ends, so that long lines take linear time. */
	private unfinishedLine: string[] = [];

	private type = '';

	private dataLines: string[] = [];

	private afterCarriageReturn = false;

	/** Takes the next chunk of text and returns every event that it completes. */
	push(text: string): ServerSentEvent[] {
		const lines = this.takeLines(text);
		const events: ServerSentEvent[] = [];
		for (const line of lines) {
			if (line === '') {
				if (this.dataLines.length > 0) {
					events.push({ type: this.type, data: this.dataLines.join('\n') });
				}
				this.type = '';
				this.dataLines = [];
			} else if (line.startsWith('data:')) {
				this.dataLines.push(valueAfter(5, line));
			} else if (line === 'data') {
				this.dataLines.push('');
			} else if (line.startsWith('event:')) {
				this.type = valueAfter(6, line);
			}
		}
		return events;
	}

	private takeLines(text: string): string[] {
		if (text === '') return [];
		let fresh = text;
		if (this.afterCarriageReturn && fresh.startsWith('\n')) fresh = fresh.slice(1);
		this.afterCarriageReturn = text.endsWith('\r');

		const lines = fresh.includes('\r') ? fresh.split(/\r\n|\r|\n/) : fresh.split('\n');
		const rest = lines.pop() ?? '';
		if (lines.length > 0) {
			lines[0] = this.unfinishedLine.join('') + (lines[0] ?? '');
			this.unfinishedLine = [];
		}
		if (rest !== '') this.unfinishedLine.push(rest);
		return lines;
	}
}

/** The value of a field whose name and colon end at `start`; one space after them is not part of it. */
function valueAfter(start: number, line: string): string {
	return line.charCodeAt(start) === 32 ? line.slice(start + 1) : line.slice(start);
}
