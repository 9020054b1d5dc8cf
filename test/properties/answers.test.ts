import fc from 'fast-check';
import type { JsonObject } from 'n8n-workflow';
import { readCompletion } from '../../inference/completion/readCompletion';
import type { ChatCompletion } from '../../inference/completion/chatCompletion';
import { ServerSentEventDecoder } from '../../inference/http/ServerSentEventDecoder';
import { splitThinking, ThinkingSplitter } from '../../inference/completion/ThinkingSplitter';
import { toItem } from '../../nodes/WandbInferenceChat/toItem';
import type { ChatParameters } from '../../nodes/WandbInferenceChat/readParameters';
import {
	chunksOf,
	deltaEvent,
	event,
	readJson,
	readStream,
	respond,
} from '../support/cannedResponse';

const text = fc.string({ unit: 'grapheme', maxLength: 40 });
const someText = text.map((value) => `${value}.`);
const call = fc.record({
	id: fc.uuid(),
	name: fc.stringMatching(/^[a-z_]{1,12}$/),
	arguments: fc.json(),
});

interface Choice {
	content: string | null;
	reasoning?: string;
	calls: Array<{ id: string; name: string; arguments: string }>;
	finishReason: string;
}

const choice: fc.Arbitrary<Choice> = fc.record(
	{
		content: fc.option(someText),
		reasoning: someText,
		calls: fc.uniqueArray(call, { maxLength: 3, selector: ({ id }) => id }),
		finishReason: fc.constantFrom('stop', 'length', 'tool_calls'),
	},
	{ requiredKeys: ['content', 'calls', 'finishReason'] },
);

const choices = fc.array(choice, { minLength: 1, maxLength: 3 });
/** Where to cut, as fractions of the whole. */
const cuts = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 12 });

function cutAt<Whole extends string | Uint8Array>(whole: Whole, fractions: number[]): Whole[] {
	const positions = fractions.map((fraction) => Math.round(fraction * whole.length));
	const ends = [...positions.sort((left, right) => left - right), whole.length];
	return ends.map((end, index) => whole.slice(ends[index - 1] ?? 0, end) as Whole);
}

const head = { id: 'a', object: 'chat.completion', created: 1, model: 'm' };
const usage = { prompt_tokens: 1, completion_tokens: 2, total_tokens: 3 };

function asJson(answers: Choice[]): JsonObject {
	return {
		...head,
		choices: answers.map(({ content, reasoning, calls, finishReason }, index) => ({
			index,
			message: {
				role: 'assistant',
				content,
				...(reasoning === undefined ? {} : { reasoning }),
				tool_calls: calls.map(({ id, ...rest }) => ({ id, type: 'function', function: rest })),
			},
			finish_reason: finishReason,
		})),
		usage,
	};
}

/** The same completion as events: texts in pieces, choices interleaved. */
function asEvents(answers: Choice[], textCuts: number[], lineEnd: string): string {
	const perChoice = answers.map(({ content, reasoning, calls, finishReason }, index) => {
		const add = (delta: JsonObject) => deltaEvent(delta, null, index);
		const pieces = (whole: string) => cutAt(whole, textCuts);
		return [
			add({ role: 'assistant' }),
			...pieces(reasoning ?? '').map((piece) => (piece === '' ? '' : add({ reasoning: piece }))),
			...pieces(content ?? '').map((piece) => (piece === '' ? '' : add({ content: piece }))),
			...calls.flatMap(({ id, name, arguments: argumentsText }, position) => [
				add({
					tool_calls: [
						{ index: position, id, type: 'function', function: { name, arguments: '' } },
					],
				}),
				...pieces(argumentsText).map((piece) =>
					add({ tool_calls: [{ index: position, function: { arguments: piece } }] }),
				),
			]),
			deltaEvent({}, finishReason, index),
		];
	});
	const longest = Math.max(...perChoice.map((events) => events.length));
	const interleaved = Array.from({ length: longest }, (_, position) =>
		perChoice.map((events) => events[position] ?? '').join(''),
	);
	const end = event({ ...head, object: 'chat.completion.chunk', choices: [], usage });
	return [...interleaved, end, event('[DONE]')].join('').replaceAll('\n', lineEnd);
}

const parameters: ChatParameters = {
	request: {
		model: 'm',
		readMessages: async () => await Promise.resolve([]),
		loadLength: 0,
		fields: {},
		responseFormat: { type: 'text' },
		tools: [],
		stream: false,
		extraBody: {},
	},
	fallbackModels: [],
	extraHeaders: {},
	timeoutMs: 0,
	retryPolicy: { maxRetries: 0, countsOverloads: true, retryOn: new Set(), maxWaitMs: 0 },
	simplify: true,
};

/** Hides `object`, the only field that differs between streamed and not streamed. */
const comparable = (completion: ChatCompletion) => ({ ...completion, object: 'either' });

test('any completion, cut anywhere, is the same streamed and not streamed', async () => {
	await fc.assert(
		fc.asyncProperty(
			choices,
			cuts,
			cuts,
			fc.constantFrom('\n', '\r\n', '\r'),
			async (answers, textCuts, byteCuts, lineEnd) => {
				const bytes = Buffer.from(asEvents(answers, textCuts, lineEnd));
				const pieces = cutAt<Uint8Array>(bytes, byteCuts);
				const streamed = await readStream(pieces, { choiceCount: answers.length });
				expect(comparable(streamed)).toEqual(comparable(await readJson(asJson(answers))));
			},
		),
		{ numRuns: 700 },
	);
});

test('tool arguments that an engine sends as a JSON value become text', async () => {
	await fc.assert(
		fc.asyncProperty(fc.dictionary(text, fc.jsonValue()), async (argumentsValue) => {
			const callWith = (value: unknown) => ({ function: { name: 'f', arguments: value } });
			const bodyWith = (value: unknown) => ({
				choices: [
					{ message: { tool_calls: [callWith(value)], function_call: callWith(value).function } },
				],
			});
			const fromValue = await readJson(bodyWith(argumentsValue));
			const fromText = await readJson(bodyWith(JSON.stringify(argumentsValue)));
			expect(fromValue).toEqual(fromText);
		}),
	);
});

test('a body that is cut off anywhere is an incomplete answer, which can be retried', async () => {
	const fraction = fc.double({ min: 0, max: 1, noNaN: true });
	await fc.assert(
		fc.asyncProperty(choices, fraction, async (answers, end) => {
			const whole = JSON.stringify(asJson(answers));
			const kept = whole.slice(0, 1 + Math.floor(end * (whole.length - 2)));
			const response = respond({ chunks: chunksOf([kept]) });
			await expect(readCompletion(response, { choiceCount: 1 })).rejects.toMatchObject({
				kind: 'incompleteAnswer',
			});
		}),
	);
});

test('any completion shows the text of its first choice once and in order while it streams', async () => {
	await fc.assert(
		fc.asyncProperty(choices, cuts, cuts, async (answers, textCuts, byteCuts) => {
			const bytes = Buffer.from(asEvents(answers, textCuts, '\n'));
			let shown = '';
			const onText = async (piece: string) => {
				shown += piece;
				await Promise.resolve();
			};
			const options = { choiceCount: answers.length, onText };
			await readStream(cutAt<Uint8Array>(bytes, byteCuts), options);
			expect(shown).toBe(splitThinking(answers[0]?.content ?? '').answer);
		}),
		{ numRuns: 300 },
	);
});

test('any stream that ends before its finish reasons is an error', async () => {
	const fraction = fc.double({ min: 0, max: 1, noNaN: true });
	await fc.assert(
		fc.asyncProperty(choices, fraction, async (answers, end) => {
			const whole = asEvents(answers, [], '\n');
			const finished = whole.indexOf('"finish_reason":"');
			const kept = whole.slice(0, Math.round(end * finished));
			await expect(readStream([kept], { choiceCount: answers.length })).rejects.toMatchObject({
				kind: 'incompleteAnswer',
			});
		}),
		{ numRuns: 300 },
	);
});

test('any bytes result in a completion or an InferenceError', async () => {
	const line = fc.oneof(
		fc.string({ unit: 'binary', maxLength: 20 }),
		fc.json({ maxDepth: 3 }).map((value) => `data: ${value}`),
		fc.constantFrom('data: [DONE]', ': ping', 'event: x', '', 'data', 'data: {"choices":[{}]}'),
		fc
			.record(
				{
					choices: fc.array(
						fc.record({ index: fc.jsonValue(), delta: fc.jsonValue() }, { requiredKeys: [] }),
					),
				},
				{ requiredKeys: [] },
			)
			.map((value) => `data: ${JSON.stringify(value)}`),
	);
	await fc.assert(
		fc.asyncProperty(fc.array(line, { maxLength: 12 }), cuts, async (lines, byteCuts) => {
			const pieces = cutAt<Uint8Array>(Buffer.from(lines.join('\n\n')), byteCuts);
			await readStream(pieces).catch((error: Error) => expect(error.name).toBe('InferenceError'));
		}),
		{ numRuns: 700 },
	);
});

test('any JSON body results in an item or an InferenceError', async () => {
	const message = fc.oneof(
		fc.jsonValue(),
		fc.record({ content: fc.jsonValue(), tool_calls: fc.jsonValue() }, { requiredKeys: [] }),
		fc.record({ content: text, tool_calls: fc.array(fc.jsonValue({ maxDepth: 2 })) }),
		fc.record({
			content: text,
			tool_calls: fc.array(fc.record({ function: fc.jsonValue() })),
			function_call: fc.jsonValue(),
		}),
	);
	const body = fc.oneof(
		fc.jsonValue(),
		fc.record({
			choices: fc.array(fc.record({ message, finish_reason: fc.jsonValue() })),
			usage: fc.jsonValue(),
		}),
		fc.record({ error: fc.jsonValue() }),
	);
	await fc.assert(
		fc.asyncProperty(body, async (value) => {
			const onText = async () => await Promise.resolve();
			await readJson(value, { onText }).then(
				(completion) => toItem({ completion, attempts: 1 }, parameters, 0),
				(error: Error) => expect(error.name).toBe('InferenceError'),
			);
		}),
		{ numRuns: 700 },
	);
});

test('events are the same no matter where their text is cut', () => {
	fc.assert(
		fc.property(
			fc.array(text),
			fc.constantFrom('\n', '\r\n', '\r'),
			cuts,
			(data, end, fractions) => {
				const lines = data.map((value) => value.replace(/[\r\n]/g, ''));
				const stream = lines.map((value) => `data: ${value}${end}${end}`).join('');
				const decoder = new ServerSentEventDecoder();
				expect(cutAt(stream, fractions).flatMap((piece) => decoder.push(piece))).toEqual(lines);
			},
		),
	);
});

test('reasoning is split off the same way no matter where its text is cut', () => {
	const part = fc.oneof(text, fc.constantFrom('<think>', '</think>', ' ', '\n', '<thi', '</'));
	fc.assert(
		fc.property(
			fc.array(part).map((parts) => parts.join('')),
			cuts,
			(whole, fractions) => {
				const splitter = new ThinkingSplitter();
				const pieces = cutAt(whole, fractions).map((piece) => splitter.push(piece));
				const all = [...pieces, splitter.end()];
				const joined = (side: 'reasoning' | 'answer') => all.map((piece) => piece[side]).join('');
				expect({ reasoning: joined('reasoning').trim(), answer: joined('answer') }).toEqual(
					splitThinking(whole),
				);
			},
		),
	);
});
