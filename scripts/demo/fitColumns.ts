const segmenter = new Intl.Segmenter();
const twoColumns =
	/\p{Emoji_Presentation}|\uFE0F|[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\u3000-\u303F\uFF01-\uFF60]/u;

function columnsOf(character: string): number {
	return twoColumns.test(character) ? 2 : 1;
}

/** The text on one line, cut or filled up with spaces so that it takes just so many columns. */
export function fitColumns(text: string, columns: number): string {
	const characters = [...segmenter.segment(text.replace(/\s+/g, ' ').trim())];
	let fitted = '';
	let taken = 0;
	for (const [index, { segment }] of characters.entries()) {
		const isLast = index === characters.length - 1;
		if (taken + columnsOf(segment) + (isLast ? 0 : 1) > columns) {
			fitted += '…';
			taken += 1;
			break;
		}
		fitted += segment;
		taken += columnsOf(segment);
	}
	return fitted + ' '.repeat(columns - taken);
}
