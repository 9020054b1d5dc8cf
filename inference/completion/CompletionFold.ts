import type { JsonObject, JsonValue } from 'n8n-workflow';
import { argumentsText } from './chatCompletion';

interface ChoiceParts {
	fields: JsonObject;
	message: JsonObject;
	/** Growing texts of the message, by field name; joined once at the end. */
	texts: Record<string, string[]>;
	toolCalls: ToolCallParts[];
	functionCall?: FunctionParts;
	logprobs: JsonObject;
}

interface ToolCallParts {
	/** The slot that the stream itself names; absent where an engine leaves it out. */
	index?: number;
	id?: string;
	type: string;
	called: FunctionParts;
}

interface FunctionParts {
	name: string;
	arguments: string[];
}

/** Folds the chunks of a stream into the completion that a JSON body would have been. */
export class CompletionFold {
	/** Without a prototype, like all that holds names of the service's choice: 'constructor' is one. */
	private readonly fields: JsonObject = Object.create(null);

	private readonly choices = new Map<number, ChoiceParts>();

	/** Takes the next chunk; returns the text that it adds to the first choice. */
	add(chunk: JsonObject): string {
		for (const name of Object.keys(chunk)) {
			const value = chunk[name];
			if (name !== 'choices' && isGiven(value)) this.fields[name] = value;
		}
		let text = '';
		for (const choice of asObjects(chunk.choices)) {
			const number = typeof choice.index === 'number' ? choice.index : 0;
			const content = addChoice(this.partsOf(number), choice);
			if (number === 0) text += content;
		}
		return text;
	}

	/** Whether as many choices as were asked for have come to their end. */
	isFinished(choiceCount: number): boolean {
		const finished = [...this.choices.values()].filter(({ fields }) => 'finish_reason' in fields);
		return finished.length >= Math.max(choiceCount, this.choices.size);
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
		else if (name !== 'index' && name !== 'delta' && isGiven(value)) parts.fields[name] = value;
	}
	return addDelta(parts, asObject(choice.delta));
}

function addDelta(parts: ChoiceParts, delta: JsonObject): string {
	for (const name of Object.keys(delta)) {
		const value = delta[name];
		if (!isGiven(value)) continue;
		if (name === 'tool_calls')
			asObjects(value).forEach((piece) => addToolCall(parts.toolCalls, piece));
		else if (name === 'function_call') {
			parts.functionCall ??= { name: '', arguments: [] };
			addFunction(parts.functionCall, asObject(value));
		} else if (typeof value === 'string' && name !== 'role') (parts.texts[name] ??= []).push(value);
		else if (!(name in parts.message)) parts.message[name] = value;
	}
	return typeof delta.content === 'string' ? delta.content : '';
}

/**
 * Pieces of one call share an index. Some engines leave it out, or give every call the index 0 and
 * an id of its own: a new id, or without either a new name, opens a new call; any other piece
 * continues the latest.
 */
function addToolCall(calls: ToolCallParts[], piece: JsonObject): void {
	const index = typeof piece.index === 'number' ? piece.index : undefined;
	const id = typeof piece.id === 'string' && piece.id !== '' ? piece.id : undefined;
	const called = asObject(piece.function);
	const isNamed = typeof called.name === 'string' && called.name !== '';
	let call = calls.findLast(
		(known) =>
			(index === undefined || known.index === index) &&
			(id === undefined || known.id === undefined || known.id === id) &&
			(index !== undefined || id !== undefined || !isNamed || known.called.name === ''),
	);
	if (!call) {
		call = { index, type: 'function', called: { name: '', arguments: [] } };
		calls.push(call);
	}
	call.id ??= id;
	if (typeof piece.type === 'string') call.type = piece.type;
	addFunction(call.called, called);
}

function addFunction(called: FunctionParts, piece: JsonObject): void {
	if (typeof piece.name === 'string' && called.name === '') called.name = piece.name;
	if (isGiven(piece.arguments)) called.arguments.push(argumentsText(piece.arguments));
}

/** Log probabilities arrive as lists of tokens (`content`, `refusal`) that continue each other. */
function addLogprobs(known: JsonObject, piece: JsonValue | undefined): void {
	for (const [name, value] of Object.entries(asObject(piece))) {
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

function toToolCall({ id, type, called }: ToolCallParts): JsonObject {
	return { ...(id === undefined ? {} : { id }), type, function: toFunction(called) };
}

function toFunction(called: FunctionParts): JsonObject {
	return { name: called.name, arguments: called.arguments.join('') };
}

function asObject(value: JsonValue | undefined): JsonObject {
	return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {};
}

function asObjects(value: JsonValue | undefined): JsonObject[] {
	return Array.isArray(value) ? value.map(asObject) : [];
}

function isGiven(value: JsonValue | undefined): value is Exclude<JsonValue, null> {
	return value !== undefined && value !== null;
}
