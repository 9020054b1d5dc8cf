const segmenter = new Intl.Segmenter();
const twoColumns =
	/\p{Emoji_Presentation}|\uFE0F|[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\u3000-\u303F\uFF01-\uFF60]/u;

/** Puts text on one line of exactly `columns` columns, by truncating or padding it. */
export function fitColumns(text: string, columns: number): string {
	const characters = [...segmenter.segment(text.replace(/\s+/g, ' ').trim())];
	let fitted = '';
	let width = 0;
	for (const [index, { segment }] of characters.entries()) {
		const isLast = index === characters.length - 1;
		if (width + columnsOf(segment) + (isLast ? 0 : 1) > columns) {
			fitted += '…';
			width += 1;
			break;
		}
		fitted += segment;
		width += columnsOf(segment);
	}
	return fitted + ' '.repeat(columns - width);
}

function columnsOf(character: string): number {
	return twoColumns.test(character) ? 2 : 1;
}
