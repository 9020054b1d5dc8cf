import type { JsonObject, JsonValue } from 'n8n-workflow';
import { asJsonObject, isJsonObject } from '../json';
import { argumentsText } from './chatCompletion';

interface CallParts {
	/** The number of the call in the stream; some engines omit it. */
	index?: number;
	id?: string;
	type?: string;
	/** Whether its input is text of the model's own, not the arguments of a function. */
	isCustom: boolean;
	said: CallText;
}

/** The name and the arguments of a call, from their pieces. */
export class CallText {
	name = '';

	private readonly pieces: string[] = [];

	/**
	 * A name may arrive in pieces, before the arguments. Some engines repeat it with each piece
	 * instead.
	 */
	add(name: JsonValue | undefined, text: JsonValue | undefined): void {
		if (typeof name === 'string' && name !== this.name && this.isOpenName()) this.name += name;
		if (text !== undefined && text !== null) this.pieces.push(argumentsText(text));
	}

	get text(): string {
		return this.pieces.join('');
	}

	private isOpenName(): boolean {
		return this.name === '' || this.pieces.every((piece) => piece === '');
	}
}

/** Folds the tool calls of one streamed message from their pieces. */
export class ToolCallFold {
	private readonly calls: CallParts[] = [];

	/** Adds the pieces in the `tool_calls` of a delta. */
	add(pieces: JsonValue): void {
		if (Array.isArray(pieces)) pieces.filter(isJsonObject).forEach((piece) => this.addPiece(piece));
	}

	toolCalls(): JsonObject[] {
		return this.calls.map(({ id, type, isCustom, said: { name, text } }) => ({
			...(id === undefined ? {} : { id }),
			type: type ?? (isCustom ? 'custom' : 'function'),
			...(isCustom ? { custom: { name, input: text } } : { function: { name, arguments: text } }),
		}));
	}

	private addPiece(piece: JsonObject): void {
		const index = indexOf(piece);
		const id = typeof piece.id === 'string' && piece.id !== '' ? piece.id : undefined;
		const isCustom = isJsonObject(piece.custom);
		// Some engines send the name and the arguments without an object around them.
		const said = isCustom ? asJsonObject(piece.custom) : asJsonObject(piece.function ?? piece);
		const isNamed = typeof said.name === 'string' && said.name !== '';
		let call = this.callFor({ index, id, isNamed });
		if (!call) {
			call = { index, isCustom: false, said: new CallText() };
			this.calls.push(call);
		}
		call.id ??= id;
		call.isCustom ||= isCustom;
		if (typeof piece.type === 'string') call.type = piece.type;
		call.said.add(said.name, isCustom ? said.input : said.arguments);
	}

	/**
	 * The call that a piece continues, if any. The pieces of one call share an index. Some engines omit
	 * it, number every call 0 but give each its own ID, or give each piece an ID of its own. So a new ID
	 * starts a new call, except for a piece that has an index and no name; without an index and an ID,
	 * a new name does. Any other piece continues the latest call that it matches.
	 */
	private callFor(
		piece: Pick<CallParts, 'index' | 'id'> & { isNamed: boolean },
	): CallParts | undefined {
		const { index, id, isNamed } = piece;
		const latest = (isMatch: (call: CallParts) => boolean) =>
			this.calls.findLast((call) => (index === undefined || call.index === index) && isMatch(call));
		if (id === undefined) {
			return latest(({ said }) => index !== undefined || !isNamed || said.name === '');
		}
		const known = latest((call) => call.id === id) ?? latest((call) => call.id === undefined);
		return known ?? (isNamed || index === undefined ? undefined : latest(() => true));
	}
}

function indexOf({ index }: JsonObject): number | undefined {
	if (typeof index === 'string' && /^\d+$/.test(index)) return Number(index);
	return typeof index === 'number' ? index : undefined;
}
