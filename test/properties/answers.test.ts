import fc from 'fast-check';
import { readCompletion } from '../../inference/completion/readCompletion';
import type { ChatCompletion } from '../../inference/completion/chatCompletion';
import { ServerSentEventDecoder } from '../../inference/http/ServerSentEventDecoder';
import { splitThinking } from '../../inference/completion/ThinkingSplitter';
import { toItem } from '../../nodes/WandbInferenceChat/toItem';
import { chunksOf, event, readJson, readStream, respond } from '../support/cannedResponse';
import { asEvents, asJson, choices, cutAt, cuts, text } from './completions';

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

test('any stream that says that it is done before its finish reasons is an error', async () => {
	const fraction = fc.double({ min: 0, max: 1, noNaN: true });
	await fc.assert(
		fc.asyncProperty(choices, fraction, async (answers, end) => {
			const events = asEvents(answers, [], '\n').split(/(?<=\n\n)/);
			const finished = events.findIndex((text) => text.includes('"finish_reason":"'));
			const kept = events.slice(0, Math.round(end * finished));
			await expect(
				readStream([...kept, event('[DONE]')], { choiceCount: answers.length }),
			).rejects.toMatchObject({ kind: 'incompleteAnswer' });
		}),
		{ numRuns: 300 },
	);
});

test('nothing that follows the finish reasons takes the answer back', async () => {
	const late = fc.oneof(
		fc.string({ unit: 'binary', maxLength: 20 }).map((value) => event(value)),
		fc.json({ maxDepth: 2 }).map((value) => event({ error: value })),
		fc.json({ maxDepth: 2 }).map((value) => `event: error\ndata: ${value}\n\n`),
		fc.constantFrom('data: {"usage":\n\n', event('ping'), event({ object: 'error' }), 'data: {'),
	);
	await fc.assert(
		fc.asyncProperty(choices, fc.array(late, { maxLength: 4 }), async (answers, more) => {
			const whole = asEvents(answers, [], '\n').replace(event('[DONE]'), '');
			const options = { choiceCount: answers.length };
			expect((await readStream([whole, ...more], options)).choices).toEqual(
				(await readStream([whole], options)).choices,
			);
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
				(completion) =>
					toItem(
						{ completion, model: 'a/b', attempts: 1, invalidChoices: 0, repairs: 0 },
						{ simplify: true, forAgent: false },
						0,
					),
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
				const events = cutAt(stream, fractions).flatMap((piece) => decoder.push(piece));
				expect(events.map((decoded) => decoded.data)).toEqual(lines);
			},
		),
	);
});
