import type { JsonObject, JsonValue } from 'n8n-workflow';
import { asJsonObject } from '../json';
import { argumentsText } from './chatCompletion';

interface ChoiceParts {
	fields: JsonObject;
	message: JsonObject;
	/** Text fields of the message, in pieces that are joined once at the end. */
	texts: Record<string, string[]>;
	toolCalls: ToolCallParts[];
	functionCall?: FunctionParts;
	logprobs: JsonObject;
}

interface ToolCallParts {
	/** The number of the call in the stream; some engines omit it. */
	index?: number;
	id?: string;
	type: string;
	function: FunctionParts;
}

interface FunctionParts {
	name: string;
	arguments: string[];
}

/** Folds the chunks of a stream into the completion that a JSON body would have contained. */
export class CompletionFold {
	/** Without a prototype, because the service chooses the names, and 'constructor' is a name too. */
	private readonly fields: JsonObject = Object.create(null);

	private readonly choices = new Map<number, ChoiceParts>();

	/** Adds the next chunk and returns the text that it adds to the first choice. */
	add(chunk: JsonObject): string {
		for (const name of Object.keys(chunk)) {
			const value = chunk[name];
			if (name !== 'choices' && isSet(value)) this.fields[name] = value;
		}
		let text = '';
		for (const choice of asObjects(chunk.choices)) {
			const index = typeof choice.index === 'number' ? choice.index : 0;
			const content = addChoice(this.partsOf(index), choice);
			if (index === 0) text += content;
		}
		return text;
	}

	/** Whether all requested choices have a finish reason. */
	isFinished(choiceCount: number): boolean {
		const finished = [...this.choices.values()].filter(({ fields }) => 'finish_reason' in fields);
		return finished.length >= Math.max(choiceCount, this.choices.size);
	}

	/** Whether the token usage, which follows the last choice, has arrived. */
	get hasUsage(): boolean {
		return this.fields.usage !== undefined;
	}

	completion(): JsonObject {
		const choices = [...this.choices].sort(([left], [right]) => left - right);
		return {
			...this.fields,
			object: 'chat.completion',
			choices: choices.map(([index, parts]) => toChoice(index, parts)),
		};
	}

	private partsOf(index: number): ChoiceParts {
		const known = this.choices.get(index);
		if (known) return known;
		const parts: ChoiceParts = {
			fields: Object.create(null),
			message: Object.create(null),
			texts: Object.create(null),
			toolCalls: [],
			logprobs: Object.create(null),
		};
		this.choices.set(index, parts);
		return parts;
	}
}

/** Runs for every token, hence the plain loops. Returns the text that was added. */
function addChoice(parts: ChoiceParts, choice: JsonObject): string {
	for (const name of Object.keys(choice)) {
		const value = choice[name];
		if (name === 'logprobs') addLogprobs(parts.logprobs, value);
		else if (name !== 'index' && name !== 'delta' && isSet(value)) parts.fields[name] = value;
	}
	return addDelta(parts, asJsonObject(choice.delta));
}

function addDelta(parts: ChoiceParts, delta: JsonObject): string {
	for (const name of Object.keys(delta)) {
		const value = delta[name];
		if (!isSet(value)) continue;
		if (name === 'tool_calls')
			asObjects(value).forEach((piece) => addToolCall(parts.toolCalls, piece));
		else if (name === 'function_call') {
			parts.functionCall ??= { name: '', arguments: [] };
			addFunction(parts.functionCall, asJsonObject(value));
		} else if (typeof value === 'string' && name !== 'role') (parts.texts[name] ??= []).push(value);
		else if (!(name in parts.message)) parts.message[name] = value;
	}
	return typeof delta.content === 'string' ? delta.content : '';
}

/**
 * The pieces of one call share an index. Some engines omit it, or number every call 0 but give each
 * its own ID. So a new ID starts a new call; without an index and an ID, a new name does. Any other
 * piece continues the latest call that it matches.
 */
function addToolCall(calls: ToolCallParts[], piece: JsonObject): void {
	const index = typeof piece.index === 'number' ? piece.index : undefined;
	const id = typeof piece.id === 'string' && piece.id !== '' ? piece.id : undefined;
	const functionPiece = asJsonObject(piece.function);
	const isNamed = typeof functionPiece.name === 'string' && functionPiece.name !== '';
	let call = calls.findLast(
		(known) =>
			(index === undefined || known.index === index) &&
			(id === undefined || known.id === undefined || known.id === id) &&
			(index !== undefined || id !== undefined || !isNamed || known.function.name === ''),
	);
	if (!call) {
		call = { index, type: 'function', function: { name: '', arguments: [] } };
		calls.push(call);
	}
	call.id ??= id;
	if (typeof piece.type === 'string') call.type = piece.type;
	addFunction(call.function, functionPiece);
}

function addFunction(parts: FunctionParts, piece: JsonObject): void {
	if (typeof piece.name === 'string' && parts.name === '') parts.name = piece.name;
	if (isSet(piece.arguments)) parts.arguments.push(argumentsText(piece.arguments));
}

/** Log probabilities arrive as lists of tokens (`content`, `refusal`) that continue each other. */
function addLogprobs(known: JsonObject, piece: JsonValue | undefined): void {
	for (const [name, value] of Object.entries(asJsonObject(piece))) {
		const earlier = known[name];
		if (Array.isArray(earlier) && Array.isArray(value)) earlier.push(...value);
		else if (!Array.isArray(earlier)) known[name] = Array.isArray(value) ? [...value] : value;
	}
}

function toChoice(index: number, parts: ChoiceParts): JsonObject {
	const texts = Object.entries(parts.texts).map(
		([name, pieces]) => [name, pieces.join('')] as const,
	);
	const message: JsonObject = { role: 'assistant', ...parts.message, ...Object.fromEntries(texts) };
	message.content ??= null;
	if (parts.toolCalls.length > 0) message.tool_calls = parts.toolCalls.map(toToolCall);
	if (parts.functionCall) message.function_call = toFunction(parts.functionCall);
	return {
		index,
		message,
		...(Object.keys(parts.logprobs).length > 0 ? { logprobs: { ...parts.logprobs } } : {}),
		finish_reason: null,
		...parts.fields,
	};
}

function toToolCall({ id, type, function: parts }: ToolCallParts): JsonObject {
	return { ...(id === undefined ? {} : { id }), type, function: toFunction(parts) };
}

function toFunction(parts: FunctionParts): JsonObject {
	return { name: parts.name, arguments: parts.arguments.join('') };
}

function asObjects(value: JsonValue | undefined): JsonObject[] {
	return Array.isArray(value) ? value.map(asJsonObject) : [];
}

function isSet(value: JsonValue | undefined): value is Exclude<JsonValue, null> {
	return value !== undefined && value !== null;
}
