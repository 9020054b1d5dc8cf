import type { ChatRequest, FunctionDefinition } from './chatRequest';
import type { CallDirective, Directives } from './directives';
import type { Random } from './random';
import { SchemaWriter } from './SchemaWriter';

/** A function call in a completion, with its arguments as JSON text. */
export interface FunctionCall {
	name: string;
	arguments: string;
}

/** Words too common in tool names to identify a tool. */
const commonWords = new Set(
	'add call create delete fetch find for get list look make read run search send set the update use with write'.split(
		' ',
	),
);

/** Writes the completion's function calls; none if the completion is text. */
export function writeFunctionCalls(
	request: ChatRequest,
	directives: Directives,
	random: Random,
): FunctionCall[] {
	const lastRole = request.messages.at(-1)?.role;
	if (lastRole === 'tool' || lastRole === 'function') return [];
	const chosen = chooseCalls(request, directives, random);
	const onlyOne = request.parallel_tool_calls === false || isLegacy(request);
	const functions = offeredFunctions(request);
	return (onlyOne ? chosen.slice(0, 1) : chosen).map((call) => {
		const definition = functions.find(({ name }) => name === call.name);
		const schema = definition?.parameters ?? { type: 'object' };
		const written = () => new SchemaWriter(schema, random, directives.plainText).write();
		return { name: call.name, arguments: call.arguments ?? JSON.stringify(written()) };
	});
}

function chooseCalls(
	request: ChatRequest,
	directives: Directives,
	random: Random,
): CallDirective[] {
	const [first, ...others] = offeredFunctions(request);
	if (first === undefined) return [];
	const choice = readChoice(request);
	if (choice === 'none') return [];
	if (typeof choice === 'object') {
		return [directives.calls.find((call) => call.name === choice.name) ?? choice];
	}
	if (directives.calls.length > 0) return directives.calls;
	const mentioned = [first, ...others].filter(({ name }) =>
		isMentioned(name, directives.plainText),
	);
	const answersInText = directives.answer !== undefined || directives.empty;
	if (choice === 'auto') return answersInText ? [] : mentioned.map(({ name }) => ({ name }));
	return mentioned.length > 0
		? mentioned.map(({ name }) => ({ name }))
		: [{ name: random.pick([first, ...others]).name }];
}

function offeredFunctions(request: ChatRequest): FunctionDefinition[] {
	if (isLegacy(request)) return request.functions ?? [];
	return (request.tools ?? []).map((tool) => tool.function);
}

function isLegacy(request: ChatRequest): boolean {
	return request.tools == null && request.functions != null;
}

function readChoice(request: ChatRequest): 'none' | 'auto' | 'required' | { name: string } {
	if (isLegacy(request)) return request.function_call ?? 'auto';
	const choice = request.tool_choice ?? 'auto';
	return typeof choice === 'string' ? choice : choice.function;
}

function isMentioned(toolName: string, text: string): boolean {
	const lowerCase = text.toLowerCase();
	if (lowerCase.includes(toolName.toLowerCase())) return true;
	return significantWords(toolName).some((word) => new RegExp(`\\b${word}`).test(lowerCase));
}

function significantWords(toolName: string): string[] {
	const words = toolName
		.replace(/([a-z])([A-Z])/g, '$1 $2')
		.toLowerCase()
		.split(/[^a-z0-9]+/);
	return words.filter((word) => word.length > 2 && !commonWords.has(word));
}
