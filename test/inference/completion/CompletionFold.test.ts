import type { JsonObject } from 'n8n-workflow';
import { deltaEvent, event, readStream } from '../../support/cannedResponse';

const done = event('[DONE]');

/** The first choice's message after these deltas. */
async function messageOf(...deltas: JsonObject[]) {
	const { choices } = await readStream([...deltas.map((delta) => deltaEvent(delta)), done]);
	return choices[0]?.message;
}

const callsOf = async (...pieces: unknown[]) =>
	(await messageOf(...pieces.map((piece) => ({ tool_calls: [piece] }) as JsonObject)))?.tool_calls;
const toFunction = (name: string, args = '') => ({ name, arguments: args });

describe('fields of a streamed completion', () => {
	test('keep their last value that is not null', async () => {
		const completion = await readStream([
			event({ model: 'm', system_fingerprint: 'first', cached: true, choices: [] }),
			event({ system_fingerprint: 'last', cached: false, choices: [] }),
			event({ system_fingerprint: null, choices: [{ delta: { content: 'Hi' } }] }),
			done,
		]);
		expect(completion).toMatchObject({ model: 'm', system_fingerprint: 'last', cached: false });
	});

	test('keep a finish reason even if null follows', async () => {
		const events = [deltaEvent({ content: 'Hi' }, 'stop'), deltaEvent({}, null)];
		expect((await readStream(events)).choices[0]?.finish_reason).toBe('stop');
	});

	test('include what an engine adds to a choice', async () => {
		const events = [event({ choices: [{ index: 0, delta: { content: 'Hi' }, stop_reason: 7 }] })];
		const { choices } = await readStream([...events, done]);
		expect(choices[0]).toEqual({
			index: 0,
			message: { role: 'assistant', content: 'Hi', refusal: null },
			logprobs: null,
			finish_reason: null,
			stop_reason: 7,
		});
	});
});

describe('choices of a streamed completion', () => {
	test('count as the first if they have no numeric index', async () => {
		const events = [
			{ delta: { content: 'Hi' } },
			{ index: null, delta: { content: ' there' } },
			{ index: '7', delta: { content: '!' } },
		];
		const shown: string[] = [];
		const { choices } = await readStream(
			[...events.map((choice) => event({ choices: [choice] })), done],
			{ onText: async (text) => void shown.push(text) },
		);
		expect(choices).toMatchObject([{ index: 0, message: { content: 'Hi there!' } }]);
		expect(shown.join('')).toBe('Hi there!');
	});

	test('are sorted by index', async () => {
		const order = [4, 2, 0, 3, 1];
		const events = order.map((index) => deltaEvent({ content: `text ${index}` }, 'stop', index));
		const { choices } = await readStream(events, { choiceCount: 5 });
		expect(choices.map(({ message }) => message.content)).toEqual(
			[0, 1, 2, 3, 4].map((index) => `text ${index}`),
		);
	});

	test('are invalid if they are not a list, and empty if they are not objects', async () => {
		for (const choices of ['text', { index: 0 }, null, 5]) {
			const read = readStream([event({ choices }), done]);
			await expect(read).rejects.toMatchObject({ kind: 'invalidAnswer' });
		}
		const { choices } = await readStream([event({ choices: ['Hi', null, ['Ho']] }), done]);
		expect(choices).toMatchObject([{ index: 0, message: { content: null } }]);
	});

	test('may contain a delta that is not an object', async () => {
		const events = ['Hi', null, ['Ho'], 5].map((delta) => event({ choices: [{ delta }] }));
		expect((await readStream([...events, done])).choices[0]?.message).toEqual({
			role: 'assistant',
			content: null,
			refusal: null,
		});
	});
});

describe('a streamed message', () => {
	test('has the role that arrived first, even if it is repeated', async () => {
		const message = await messageOf(
			{ role: 'critic', content: 'H' },
			{ role: 'critic', content: 'i' },
		);
		expect(message).toEqual({ role: 'critic', content: 'Hi', refusal: null });
	});

	test('joins the pieces of each text field and skips nulls', async () => {
		const pieces = [
			{ content: 'H', refusal: 'N', reasoning: 'h' },
			{ content: null, refusal: null, reasoning: null },
			{ content: 'i', refusal: 'o', reasoning: 'm' },
		];
		expect(await messageOf(...pieces)).toEqual({
			role: 'assistant',
			content: 'Hi',
			refusal: 'No',
			reasoning: 'hm',
		});
	});

	test('ignores null', async () => {
		const nulls = { audio: null, function_call: null, tool_calls: null };
		expect(await messageOf({ content: 'Hi', ...nulls }, { audio: { id: 1 } })).toEqual({
			role: 'assistant',
			content: 'Hi',
			refusal: null,
			audio: { id: 1 },
		});
	});

	test('keeps the first value of a field that is not text', async () => {
		const message = await messageOf({ content: 'Hi', audio: { id: 1 } }, { audio: { id: 2 } });
		expect(message?.audio).toEqual({ id: 1 });
	});

	test('does not show content that is not text', async () => {
		const shown: string[] = [];
		const read = readStream([deltaEvent({ content: 5 }), deltaEvent({ content: 'Hi' }), done], {
			onText: async (text) => void shown.push(text),
		});
		expect((await read).choices[0]?.message.content).toBe('Hi');
		expect(shown).toEqual(['Hi']);
	});

	test('joins the arguments of a legacy function call, as text or as a value', async () => {
		const pieces = [toFunction('f', '{"a":'), { name: 'f', arguments: '1}' }, null, 'none'];
		const message = await messageOf(...pieces.map((piece) => ({ function_call: piece })));
		expect(message?.function_call).toEqual(toFunction('f', '{"a":1}'));
		const whole = await messageOf({ function_call: { name: 'f', arguments: { a: 1 } } });
		expect(whole?.function_call).toEqual(toFunction('f', '{"a":1}'));
	});
});

describe('streamed tool calls', () => {
	test('are distinguished by name if they have neither index nor ID', async () => {
		expect(
			await callsOf(
				{ function: { arguments: '{' } },
				{ function: { name: 'f', arguments: '}' } },
				{ function: { arguments: ' ' } },
				{ function: { name: 'g', arguments: '[' } },
				{ function: { name: '', arguments: ']' } },
			),
		).toStrictEqual([
			{ type: 'function', function: toFunction('f', '{} ') },
			{ type: 'function', function: toFunction('g', '[]') },
		]);
	});

	test('are distinguished by ID even if they have the same name', async () => {
		expect(
			await callsOf(
				{ id: 'one', function: toFunction('f', '1') },
				{ id: 'two', function: toFunction('f', '2') },
				{ id: 'one', function: toFunction('f', '!') },
			),
		).toEqual([
			{ id: 'one', type: 'function', function: toFunction('f', '1!') },
			{ id: 'two', type: 'function', function: toFunction('f', '2') },
		]);
	});

	test('are distinguished by index even if they arrive mixed and their IDs arrive late', async () => {
		expect(
			await callsOf(
				{ index: 0, function: toFunction('f', '1') },
				{ index: 1, function: toFunction('f', '2') },
				{ index: 0, id: 'one', function: { arguments: '!' } },
				{ index: 1, id: 'two', function: { name: 'other', arguments: '?' } },
			),
		).toEqual([
			{ id: 'one', type: 'function', function: toFunction('f', '1!') },
			{ id: 'two', type: 'function', function: toFunction('f', '2?') },
		]);
	});

	test('are continued by a piece that repeats the name or has no index', async () => {
		expect(
			await callsOf(
				{ index: 0, function: toFunction('f', '1') },
				{ index: 0, function: toFunction('f', '2') },
				{ function: { arguments: '3' } },
			),
		).toEqual([{ type: 'function', function: toFunction('f', '123') }]);
	});

	test('keep the first ID and the type that the engine sends', async () => {
		expect(
			await callsOf(
				{ index: 0, id: '', type: 'custom', function: toFunction('f') },
				{ index: 0, id: 'one', type: null, function: { arguments: null } },
			),
		).toEqual([{ id: 'one', type: 'custom', function: toFunction('f') }]);
	});

	test('convert arguments that are a value to JSON', async () => {
		expect(await callsOf({ index: 0, function: { name: 'f', arguments: 5 } })).toMatchObject([
			{ function: { arguments: '5' } },
		]);
		expect(await callsOf({ index: 0, function: { name: 'f', arguments: { a: [1] } } })).toEqual([
			{ type: 'function', function: toFunction('f', '{"a":[1]}') },
		]);
	});

	test('ignore an ID, an index, or a name of the wrong type', async () => {
		expect(
			await callsOf(
				{ index: '0', id: 5, function: { name: 7, arguments: 'a' } },
				{ index: null, id: null, function: { name: null, arguments: 'b' } },
				{ function: 'none' },
			),
		).toStrictEqual([{ type: 'function', function: toFunction('', 'ab') }]);
	});

	test('are omitted if the engine sends an empty list or something else than a list', async () => {
		expect(await messageOf({ content: 'Hi', tool_calls: [] }, { tool_calls: 'none' })).toEqual({
			role: 'assistant',
			content: 'Hi',
			refusal: null,
		});
	});
});

describe('streamed log probabilities', () => {
	const logprobsOf = async (...pieces: unknown[]) => {
		const events = pieces.map((logprobs) =>
			event({ choices: [{ index: 0, delta: {}, logprobs }] }),
		);
		return (await readStream([...events, done])).choices[0]?.logprobs;
	};

	test('continue each other by name and skip nulls', async () => {
		const [a, b, c] = [{ token: 'a' }, { token: 'b' }, { token: 'c' }];
		expect(
			await logprobsOf(
				{ content: null, refusal: [a] },
				{ content: [a, b], refusal: null },
				null,
				{ content: null },
				{ content: [c], refusal: [b] },
			),
		).toEqual({ content: [a, b, c], refusal: [a, b] });
	});

	test('are null if there are none', async () => {
		expect(await logprobsOf(null, {}, [], 'none')).toBeNull();
	});
});
