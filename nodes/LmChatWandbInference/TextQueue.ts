/** Collects chunks of text, which the reader iterates over at its own pace. */
export class TextQueue implements AsyncIterable<string> {
	private text = '';

	private isEnded = false;

	private wakeReader = (): void => undefined;

	readonly push = async (text: string): Promise<void> => {
		this.text += text;
		this.wakeReader();
	};

	/** The iteration ends once the reader has received all text. */
	readonly end = (): void => {
		this.isEnded = true;
		this.wakeReader();
	};

	async *[Symbol.asyncIterator](): AsyncGenerator<string, void, undefined> {
		for (;;) {
			const text = this.text;
			this.text = '';
			if (text !== '') yield text;
			else if (this.isEnded) return;
			else await new Promise<void>((resolve) => (this.wakeReader = resolve));
		}
	}
}
