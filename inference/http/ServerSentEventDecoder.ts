/**
 * Decodes server-sent events (WHATWG HTML, section 9.2) and returns only what a chat completion
 * uses: the data of each event. The text may be cut anywhere. As the standard requires, an event
 * that is unfinished at the end of the stream is dropped.
 */
export class ServerSentEventDecoder {
	/** The pieces of the current line, joined once it ends, so that long lines take linear time. */
	private unfinishedLine: string[] = [];

	private dataLines: string[] = [];

	private afterCarriageReturn = false;

	/** Takes the next chunk of text and returns the data of every event that it completes. */
	push(text: string): string[] {
		const lines = this.takeLines(text);
		const events: string[] = [];
		for (const line of lines) {
			if (line === '') {
				if (this.dataLines.length > 0) events.push(this.dataLines.join('\n'));
				this.dataLines = [];
			} else if (line.startsWith('data:')) {
				this.dataLines.push(line.charCodeAt(5) === 32 ? line.slice(6) : line.slice(5));
			} else if (line === 'data') {
				this.dataLines.push('');
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
