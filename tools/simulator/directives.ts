/** Instructions for the completion, written into the last user message by a test. */
export interface Directives {
	/** The message without the directives. */
	plainText: string;
	answer?: string;
	reasoning?: string;
	tokenCount?: number;
	thinkTags: boolean;
	empty: boolean;
	calls: CallDirective[];
}

/** One `[[call: name {json}]]`. */
export interface CallDirective {
	name: string;
	arguments?: string;
}

const textPattern = /\[\[(answer|reason): ?([\s\S]*?)\]\](?!\])/g;
const tokensPattern = /\[\[tokens: *(\d+)\]\]/g;
const flagPattern = /\[\[(think-tags|empty)\]\]/g;
const callPattern = /\[\[call: *([\w.-]+)\s*/g;

/**
 * Reads `[[answer: TEXT]]`, `[[reason: TEXT]]`, `[[tokens: N]]`, `[[think-tags]]`, `[[empty]]`,
 * and any number of `[[call: name {json}]]`. Other text is left unchanged.
 */
export function readDirectives(text: string): Directives {
	const directives: Directives = { plainText: text, thinkTags: false, empty: false, calls: [] };
	if (!text.includes('[[')) return directives;
	directives.plainText = takeCalls(text, directives.calls)
		.replace(textPattern, (_whole, name: string, value: string) => {
			directives[name === 'answer' ? 'answer' : 'reasoning'] = value;
			return '';
		})
		.replace(tokensPattern, (_whole, count: string) => {
			directives.tokenCount = Number(count);
			return '';
		})
		.replace(flagPattern, (_whole, name: string) => {
			directives[name === 'empty' ? 'empty' : 'thinkTags'] = true;
			return '';
		})
		.trim();
	return directives;
}

function takeCalls(text: string, calls: CallDirective[]): string {
	let rest = '';
	let position = 0;
	for (const match of text.matchAll(callPattern)) {
		const argumentsStart = match.index + match[0].length;
		const end = endOfCall(text, argumentsStart);
		if (match.index < position || end === -1) continue;
		const written = text.slice(argumentsStart, end).trim();
		calls.push({ name: match[1] ?? '', ...(written !== '' && { arguments: written }) });
		rest += text.slice(position, match.index);
		position = end + 2;
	}
	return rest + text.slice(position);
}

/** JSON can contain `]]`, so a call ends at the first `]]` preceded by nothing or by valid JSON. */
function endOfCall(text: string, argumentsStart: number): number {
	let end = text.indexOf(']]', argumentsStart);
	while (end !== -1) {
		const written = text.slice(argumentsStart, end).trim();
		if (written === '' || isJson(written)) return end;
		end = text.indexOf(']]', end + 1);
	}
	return -1;
}

function isJson(text: string): boolean {
	try {
		JSON.parse(text);
		return true;
	} catch {
		return false;
	}
}
