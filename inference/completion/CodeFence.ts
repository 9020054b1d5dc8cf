/** Follows the fenced code blocks of a Markdown text, line by line. */
export class CodeFence {
	/** The marker that opened the block; empty outside of blocks. */
	private marker = '';

	/** Whether the next line is inside of a block. */
	get isOpen(): boolean {
		return this.marker !== '';
	}

	/** Takes the next line, or at least its first characters. */
	pass(line: string): void {
		const [, marker = '', rest = ''] = /^[ \t]*(`{3,}|~{3,})(.*)/s.exec(line) ?? [];
		if (marker === '') return;
		if (this.isOpen) {
			if (marker.startsWith(this.marker) && rest.trim() === '') this.marker = '';
		} else if (marker.startsWith('~') || !rest.includes('`')) {
			// With another backtick behind it, the marker begins inline code.
			this.marker = marker;
		}
	}
}
