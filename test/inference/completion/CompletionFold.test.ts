import type { JsonObject, JsonValue } from 'n8n-workflow';
import { deltaEvent, event, readStream } from '../../support/cannedResponse';

const done = deltaEvent({}, 'stop') + event('[DONE]');

/** The first choice's message after these deltas. */
async function messageOf(...deltas: JsonObject[]) {
	const { choices } = await readStream([...deltas.map((delta) => deltaEvent(delta)), done]);
	return choices[0]?.message;
}

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
			finish_reason: 'stop',
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

	test('are invalid if they are not a list', async () => {
		for (const choices of ['text', { index: 0 }, 5]) {
			const read = readStream([event({ choices }), event('[DONE]')]);
			await expect(read).rejects.toMatchObject({ kind: 'invalidAnswer' });
		}
	});

	test('are ignored if they are not objects', async () => {
		const { choices } = await readStream([
			event({ choices: ['Hi', null, ['Ho']] }),
			deltaEvent({ content: 'Hi' }, null, 1),
			deltaEvent({}, 'stop', 1),
			event('[DONE]'),
		]);
		expect(choices).toMatchObject([{ index: 1, message: { content: 'Hi' } }]);
	});

	test('are unfinished while their finish reason is empty', async () => {
		const events = [deltaEvent({ content: 'H' }, ''), deltaEvent({ content: 'i' }, '')];
		await expect(readStream(events)).rejects.toMatchObject({ kind: 'incompleteAnswer' });
		const { choices } = await readStream([...events, deltaEvent({}, 'length')]);
		expect(choices).toMatchObject([{ message: { content: 'Hi' }, finish_reason: 'length' }]);
	});

	test('may have the text of legacy completions', async () => {
		const shown: string[] = [];
		const events = ['H', 'i'].map((text) => event({ choices: [{ index: 0, text }] }));
		const { choices } = await readStream([...events, done], {
			onText: async (text) => void shown.push(text),
		});
		expect(choices).toEqual([
			{
				index: 0,
				message: { role: 'assistant', content: 'Hi', refusal: null },
				logprobs: null,
				finish_reason: 'stop',
			},
		]);
		expect(shown).toEqual(['H', 'i']);
	});

	test('may contain the message in one piece, which is then shown', async () => {
		const shown: string[] = [];
		const message = { role: 'assistant', content: 'Hi', extra: 1 };
		const choice = { index: 0, message, finish_reason: 'stop' };
		const { choices } = await readStream([event({ choices: [choice] }), event('[DONE]')], {
			onText: async (text) => void shown.push(text),
		});
		expect(choices).toMatchObject([{ message: { ...message, refusal: null } }]);
		expect(shown).toEqual(['Hi']);
	});

	test('take from a whole message what did not arrive in pieces', async () => {
		const message = { content: 'Hi', reasoning: 'Oh' };
		const events = [
			deltaEvent({ content: '', reasoning: 'Hm' }),
			event({ choices: [{ index: 0, delta: {}, message, finish_reason: 'stop' }] }),
		];
		const { choices } = await readStream(events);
		expect(choices).toMatchObject([{ message: { content: 'Hi', reasoning: 'Hm' } }]);
	});

	test('prefer pieces over a message that repeats them', async () => {
		const piece = (content: string, whole: unknown) =>
			event({ choices: [{ index: 0, delta: { content }, message: whole }] });
		for (const whole of [{ content: 'H' }, { role: 'assistant' }, 'H', 5]) {
			const { choices } = await readStream([piece('H', whole), piece('i', whole), done]);
			expect(choices).toMatchObject([{ message: { content: 'Hi' } }]);
		}
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

	test('keeps the first of IDs, and joins other text that it does not know', async () => {
		const pieces = [
			{ content: 'H', id: 'm1', item_id: 'i1', channel: 'fi' },
			{ content: 'i', id: 'm2', item_id: 'i1', channel: 'nal' },
		];
		expect(await messageOf(...pieces)).toMatchObject({
			content: 'Hi',
			id: 'm1',
			item_id: 'i1',
			channel: 'final',
		});
	});

	test('joins content in parts and shows its text', async () => {
		const shown: string[] = [];
		const contents: JsonValue[] = [
			[{ type: 'text', text: 'H' }],
			['i', { type: 'image_url', image_url: { url: 'x' } }, { type: 'output_text', text: '!' }],
			[{ type: 'thinking', thinking: [{ type: 'text', text: 'Hm' }] }],
			[{ type: 'refusal', refusal: 'No' }],
			{ type: 'text', text: '?' },
		];
		const events = contents.map((content) => deltaEvent({ content }));
		const { choices } = await readStream([...events, done], {
			onText: async (text) => void shown.push(text),
		});
		expect(choices[0]?.message).toEqual({
			role: 'assistant',
			content: 'Hi!?',
			reasoning: 'Hm',
			refusal: 'No',
		});
		expect(shown.join('')).toBe('Hi!?');
	});

	test('has no content if its parts have no text', async () => {
		const content = [{ type: 'image_url', image_url: { url: 'x' } }, null, 5];
		expect(await messageOf({ content })).toMatchObject({ content: null });
	});

	test('joins the text of reasoning that is an object or a list', async () => {
		const reasoning = ['H', { text: 'm' }, [{ content: '.' }], {}, { summary: [{ text: ' Oh' }] }];
		const pieces = reasoning.map((piece) => ({ reasoning: piece }) as JsonObject);
		expect((await messageOf(...pieces))?.reasoning).toBe('Hm. Oh');
		expect(await messageOf({ reasoning: { effort: 'low' } })).not.toHaveProperty('reasoning');
	});

	test('continues lists', async () => {
		const part = (text: string) => ({ type: 'reasoning.text', index: 0, text });
		const pieces = [part('H'), part('m')].map((piece) => ({ reasoning_details: [piece] }));
		expect((await messageOf(...pieces))?.reasoning_details).toEqual([part('Hm')]);
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
