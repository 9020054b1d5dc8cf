import fc from 'fast-check';
import type { JsonObject, JsonValue } from 'n8n-workflow';
import { deltaEvent, event } from '../support/cannedResponse';

export const text = fc.string({ unit: 'grapheme', maxLength: 40 });
const someText = text.map((value) => `${value}.`);
const call = fc.record({
	id: fc.uuid(),
	name: fc.stringMatching(/^[a-z_]{1,12}$/),
	text: fc.json(),
	isCustom: fc.boolean(),
});
/** Reasoning in parts, as some gateways send it. */
const detail = fc.record({
	type: fc.constantFrom('reasoning.text', 'reasoning.summary'),
	text: someText,
});

interface Call {
	id: string;
	name: string;
	text: string;
	/** A custom tool, whose input need not be JSON. */
	isCustom: boolean;
}

interface Choice {
	content: string | null;
	/** Whether the content is a list of parts. */
	isInParts: boolean;
	reasoning?: string;
	details?: Array<{ type: string; text: string }>;
	calls: Call[];
	finishReason: string;
}

const choice: fc.Arbitrary<Choice> = fc.record(
	{
		content: fc.option(someText),
		isInParts: fc.boolean(),
		reasoning: someText,
		details: fc.array(detail, { minLength: 1, maxLength: 3 }),
		calls: fc.uniqueArray(call, { maxLength: 3, selector: ({ id }) => id }),
		finishReason: fc.constantFrom('stop', 'length', 'tool_calls'),
	},
	{ requiredKeys: ['content', 'isInParts', 'calls', 'finishReason'] },
);

export const choices = fc.array(choice, { minLength: 1, maxLength: 3 });
/** Where to cut, as fractions of the whole. */
export const cuts = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 12 });

export function cutAt<Whole extends string | Uint8Array>(
	whole: Whole,
	fractions: number[],
): Whole[] {
	const positions = fractions.map((fraction) => Math.round(fraction * whole.length));
	const ends = [...positions.sort((left, right) => left - right), whole.length];
	return ends.map((end, index) => whole.slice(ends[index - 1] ?? 0, end) as Whole);
}

const head = { id: 'a', object: 'chat.completion', created: 1, model: 'm' };
const usage = { prompt_tokens: 1, completion_tokens: 2, total_tokens: 3 };

const image = { type: 'image_url', image_url: { url: 'x' } };

/** Content as text, or as parts, of which only some are text. */
function contentOf(content: string, isInParts: boolean): JsonValue {
	return isInParts ? [image, { type: 'text', text: content }] : content;
}

/** The fields of a call that follow its name; `text` is all of its arguments, or a piece of them. */
function calledWith(isCustom: boolean, text: string, name?: string): JsonObject {
	const names: JsonObject = name === undefined ? {} : { name };
	return isCustom
		? { custom: { ...names, input: text } }
		: { function: { ...names, arguments: text } };
}

const typeOf = ({ isCustom }: Call) => (isCustom ? 'custom' : 'function');

function messageOf({ content, isInParts, reasoning, details, calls }: Choice): JsonObject {
	return {
		role: 'assistant',
		content: content === null ? null : contentOf(content, isInParts),
		...(reasoning === undefined ? {} : { reasoning }),
		...(details === undefined
			? {}
			: { reasoning_details: details.map((part, index) => ({ ...part, index })) }),
		tool_calls: calls.map((made) => ({
			id: made.id,
			type: typeOf(made),
			...calledWith(made.isCustom, made.text, made.name),
		})),
	};
}

export function asJson(answers: Choice[]): JsonObject {
	return {
		...head,
		choices: answers.map((answer, index) => ({
			index,
			message: messageOf(answer),
			finish_reason: answer.finishReason,
		})),
		usage,
	};
}

/** The deltas of one choice, with its texts in pieces. */
function deltasOf(answer: Choice, textCuts: number[]): JsonObject[] {
	const { content, isInParts, reasoning = '', details = [], calls } = answer;
	const pieces = (whole: string) => cutAt(whole, textCuts).filter((piece) => piece !== '');
	return [
		{ role: 'assistant' },
		...pieces(reasoning).map((piece) => ({ reasoning: piece })),
		...details.flatMap(({ type, text: whole }, index) =>
			pieces(whole).map((piece) => ({ reasoning_details: [{ type, index, text: piece }] })),
		),
		...pieces(content ?? '').map((piece) => ({ content: contentOf(piece, isInParts) })),
		...calls.flatMap((made, index) => [
			{
				tool_calls: [
					{ index, id: made.id, type: typeOf(made), ...calledWith(made.isCustom, '', made.name) },
				],
			},
			...pieces(made.text).map((piece) => ({
				tool_calls: [{ index, ...calledWith(made.isCustom, piece) }],
			})),
		]),
	];
}

/** The same completion as events: texts in pieces, choices interleaved. */
export function asEvents(answers: Choice[], textCuts: number[], lineEnd: string): string {
	const perChoice = answers.map((answer, index) => [
		...deltasOf(answer, textCuts).map((delta) => deltaEvent(delta, null, index)),
		deltaEvent({}, answer.finishReason, index),
	]);
	const longest = Math.max(...perChoice.map((events) => events.length));
	const interleaved = Array.from({ length: longest }, (_, position) =>
		perChoice.map((events) => events[position] ?? '').join(''),
	);
	const end = event({ ...head, object: 'chat.completion.chunk', choices: [], usage });
	return [...interleaved, end, event('[DONE]')].join('').replaceAll('\n', lineEnd);
}
