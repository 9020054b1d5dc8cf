import type { IExecuteFunctions } from 'n8n-workflow';
import type { TextListener } from '../../inference/completion/readCompletion';

/** Streams the text of one item to the waiting chat or webhook. */
export interface LiveText {
	onText: TextListener;
	/** The answer is complete. */
	end(): Promise<void>;
	/** There will be no answer, but the run continues. */
	fail(message: string): Promise<void>;
}

/** `undefined` unless the execution streams. */
export function startLiveText(context: IExecuteFunctions, itemIndex: number): LiveText | undefined {
	if (!context.isStreaming?.()) return undefined;
	let hasBegun = false;
	const begin = async () => {
		if (hasBegun) return;
		hasBegun = true;
		await context.sendChunk('begin', itemIndex);
	};
	return {
		async onText(text) {
			await begin();
			await context.sendChunk('item', itemIndex, text);
		},
		async end() {
			await begin();
			await context.sendChunk('end', itemIndex);
		},
		async fail(message) {
			await begin();
			await context.sendChunk('error', itemIndex, message);
		},
	};
}
