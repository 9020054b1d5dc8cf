import type { IExecuteFunctions } from 'n8n-workflow';
import type { AnswerResult } from '../../inference/completeAnswer';
import { messageParts } from '../../inference/completion/completionParts';
import type { TextListener } from '../../inference/completion/readCompletion';
import { readBoolean } from '../shared/readValue';

/** Streams the text of one item to the waiting chat or webhook. */
export interface LiveText {
	onText: TextListener;
	/** The answer is complete. Shows `text` if nothing has been shown yet. */
	end(text: string): Promise<void>;
	/** There will be no answer, but the run continues. */
	fail(message: string): Promise<void>;
}

/** `undefined` unless the execution streams and the user wants the text of this node in it. */
export function startLiveText(context: IExecuteFunctions, itemIndex: number): LiveText | undefined {
	if (!context.isStreaming?.()) return undefined;
	const showInChat = context.getNodeParameter('options.showInChat', itemIndex, true);
	if (readBoolean(showInChat, 'Show in Chat') === false) return undefined;
	let hasBegun = false;
	let hasText = false;
	const begin = async () => {
		if (hasBegun) return;
		hasBegun = true;
		await context.sendChunk('begin', itemIndex);
	};
	const onText = async (text: string) => {
		await begin();
		hasText = true;
		await context.sendChunk('item', itemIndex, text);
	};
	return {
		onText,
		async end(text) {
			await begin();
			if (!hasText && text !== '') await onText(text);
			await context.sendChunk('end', itemIndex);
		},
		async fail(message) {
			await begin();
			await context.sendChunk('error', itemIndex, message);
		},
	};
}

/** What a chat shows of a result: the first answer, as text. */
export function chatText({ completion, values }: AnswerResult): string {
	const [choice] = completion.choices;
	const value = values?.find((known) => known !== null);
	if (value !== undefined) return JSON.stringify(value, null, 2);
	return choice ? messageParts(choice.message).text : '';
}
