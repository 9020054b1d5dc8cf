import type { JsonObject, JsonValue } from 'n8n-workflow';
import { asJsonObject, isJsonObject } from '../json';
import { continueList } from './continueList';
import { readContent, textIn } from './messageText';
import { CallText, ToolCallFold } from './ToolCallFold';

interface ChoiceParts {
	fields: JsonObject;
	message: JsonObject;
	/** Text fields of the message, in pieces that are joined once at the end. */
	texts: Record<string, string[]>;
	toolCalls: ToolCallFold;
	functionCall?: CallText;
	logprobs: JsonObject;
	/** Some gateways send the message in one piece, or again as a whole with each piece. */
	wholeMessage?: JsonObject;
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
		const { choices } = chunk;
		if (!Array.isArray(choices)) return text;
		for (const choice of choices) {
			if (!isJsonObject(choice)) continue;
			const index = typeof choice.index === 'number' ? choice.index : 0;
			const content = addChoice(this.partsOf(index), choice);
			if (index === 0) text += content;
		}
		return text;
	}

	/** Whether no choice has arrived. */
	get isEmpty(): boolean {
		return this.choices.size === 0;
	}

	/** Whether all choices, and at least this number of them, have a finish reason. */
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
			toolCalls: new ToolCallFold(),
			logprobs: Object.create(null),
		};
		this.choices.set(index, parts);
		return parts;
	}
}

/** Runs for every token, hence the plain loops. Returns the text that was added. */
function addChoice(parts: ChoiceParts, choice: JsonObject): string {
	const { delta } = choice;
	const isLegacy = !isJsonObject(delta);
	for (const name of Object.keys(choice)) {
		if (name === 'index' || name === 'delta') continue;
		const value = choice[name];
		if (!isSet(value)) continue;
		if (name === 'logprobs') addLogprobs(parts.logprobs, value);
		else if (name === 'message') {
			parts.wholeMessage = isJsonObject(value) ? value : { content: value };
		} else if (name === 'finish_reason') {
			// Some engines send an empty one until the last.
			if (typeof value === 'string' && value !== '') parts.fields[name] = value;
		} else if (name !== 'text' || !isLegacy) parts.fields[name] = value;
	}
	if (!isLegacy) return addDelta(parts, delta);
	return typeof choice.text === 'string' ? addContent(parts, choice.text) : '';
}

function addDelta(parts: ChoiceParts, delta: JsonObject): string {
	let text = '';
	for (const name of Object.keys(delta)) {
		const value = delta[name];
		if (!isSet(value)) continue;
		if (name === 'content') text += addContent(parts, value);
		else if (name === 'tool_calls') parts.toolCalls.add(value);
		else if (name === 'function_call') addFunctionCall(parts, value);
		else if (name === 'reasoning' || name === 'reasoning_content' || name === 'refusal') {
			addText(parts, name, value);
		} else if (typeof value === 'string' && isJoined(name)) addText(parts, name, value);
		else if (Array.isArray(value)) parts.message[name] = continueList(parts.message[name], value);
		else if (!(name in parts.message)) parts.message[name] = value;
	}
	return text;
}

function addContent(parts: ChoiceParts, content: JsonValue): string {
	if (typeof content === 'string') {
		(parts.texts.content ??= []).push(content);
		return content;
	}
	const { answer, refusal, reasoning } = readContent(content);
	if (answer !== '') addText(parts, 'content', answer);
	if (refusal !== '') addText(parts, 'refusal', refusal);
	if (reasoning !== '') addText(parts, 'reasoning', reasoning);
	return answer;
}

function addText(parts: ChoiceParts, name: string, value: JsonValue): void {
	const text = textIn(value);
	if (text !== '' || typeof value === 'string') (parts.texts[name] ??= []).push(text);
}

/** Whether the pieces of a text field are joined. IDs are whole, even if they are repeated. */
function isJoined(name: string): boolean {
	return name !== 'role' && name !== 'id' && !name.endsWith('_id');
}

function addFunctionCall(parts: ChoiceParts, piece: JsonValue): void {
	if (!isJsonObject(piece)) return;
	parts.functionCall ??= new CallText();
	parts.functionCall.add(piece.name, piece.arguments);
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
	return {
		index,
		message: toMessage(parts),
		...(Object.keys(parts.logprobs).length > 0 ? { logprobs: { ...parts.logprobs } } : {}),
		finish_reason: null,
		...parts.fields,
	};
}

/** What arrived in pieces counts more than the whole message. */
function toMessage({
	message,
	texts,
	toolCalls,
	functionCall,
	wholeMessage,
}: ChoiceParts): JsonObject {
	const said = Object.entries(texts).map(([name, pieces]) => [name, pieces.join('')] as const);
	const calls = toolCalls.toolCalls();
	return {
		role: 'assistant',
		content: null,
		...Object.fromEntries(said),
		...wholeMessage,
		...message,
		...Object.fromEntries(said.filter(([, text]) => text !== '')),
		...(calls.length > 0 ? { tool_calls: calls } : {}),
		...(functionCall
			? { function_call: { name: functionCall.name, arguments: functionCall.text } }
			: {}),
	};
}

function isSet(value: JsonValue | undefined): value is Exclude<JsonValue, null> {
	return value !== undefined && value !== null;
}
