import type { JsonObject } from 'n8n-workflow';
import { deltaEvent, event, readStream } from '../../support/cannedResponse';

/** The tool calls of a message that arrives in these pieces. */
async function callsOf(...pieces: unknown[]) {
	const events = pieces.map((piece) => deltaEvent({ tool_calls: [piece] } as JsonObject));
	const { choices } = await readStream([...events, deltaEvent({}, 'tool_calls'), event('[DONE]')]);
	return choices[0]?.message.tool_calls;
}

const toFunction = (name: string, args = '') => ({ name, arguments: args });

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

	test('may have an ID of its own in each piece', async () => {
		expect(
			await callsOf(
				{ index: 0, id: 'one', function: toFunction('f', '{"a"') },
				{ index: 0, id: 'two', function: toFunction('', ':1') },
				{ index: 0, id: 'three', function: { arguments: '}' } },
				{ index: 1, id: 'four', function: toFunction('g', '{') },
				{ index: 1, id: 'five', function: { name: null, arguments: '}' } },
			),
		).toEqual([
			{ id: 'one', type: 'function', function: toFunction('f', '{"a":1}') },
			{ id: 'four', type: 'function', function: toFunction('g', '{}') },
		]);
	});

	test('begin with a new ID and a name, even if all are number 0', async () => {
		expect(
			await callsOf(
				{ index: 0, id: 'one', function: toFunction('f', '1') },
				{ index: 0, id: 'two', function: toFunction('f', '2') },
				{ index: 0, id: 'one', function: { arguments: '!' } },
			),
		).toEqual([
			{ id: 'one', type: 'function', function: toFunction('f', '1!') },
			{ id: 'two', type: 'function', function: toFunction('f', '2') },
		]);
	});

	test('begin with a new ID if they have no index, even without a name', async () => {
		expect(
			await callsOf({ id: 'one', function: toFunction('f', '1') }, { id: 'two', function: {} }),
		).toMatchObject([{ id: 'one' }, { id: 'two' }]);
	});

	test('may have names in pieces, before their arguments', async () => {
		expect(
			await callsOf(
				{ index: 0, id: 'one', function: toFunction('get_') },
				{ index: 0, function: { name: 'wea' } },
				{ index: 0, id: 'one', function: toFunction('ther', '{') },
				{ index: 0, function: toFunction('more', '}') },
			),
		).toEqual([{ id: 'one', type: 'function', function: toFunction('get_weather', '{}') }]);
	});

	test('may repeat their name in every piece', async () => {
		const name = 'get_weather';
		expect(
			await callsOf(
				{ index: 0, id: 'one', function: { name } },
				{ index: 0, id: 'one', function: toFunction(name) },
				{ index: 0, function: toFunction(name, '{') },
				{ index: 0, function: toFunction(name, '}') },
			),
		).toEqual([{ id: 'one', type: 'function', function: toFunction(name, '{}') }]);
	});

	test('may have their index as text', async () => {
		expect(
			await callsOf(
				{ index: '0', function: toFunction('f', '1') },
				{ index: '1', function: toFunction('g', '2') },
				{ index: 0, function: { arguments: '!' } },
			),
		).toEqual([
			{ type: 'function', function: toFunction('f', '1!') },
			{ type: 'function', function: toFunction('g', '2') },
		]);
	});

	test('may have a name and arguments without an object around them', async () => {
		expect(
			await callsOf({ index: 0, id: 'one', ...toFunction('f', '{') }, { index: 0, arguments: '}' }),
		).toEqual([{ id: 'one', type: 'function', function: toFunction('f', '{}') }]);
	});

	test('may be custom, with any text as input', async () => {
		expect(
			await callsOf(
				{ index: 0, id: 'one', type: 'custom', custom: { name: 'sql', input: '' } },
				{ index: 1, id: 'two', type: 'custom' },
				{ index: 0, custom: { input: 'SELECT ' } },
				{ index: 1, custom: { name: 'sh', input: 'ls' } },
				{ index: 0, custom: { input: '1' } },
			),
		).toEqual([
			{ id: 'one', type: 'custom', custom: { name: 'sql', input: 'SELECT 1' } },
			{ id: 'two', type: 'custom', custom: { name: 'sh', input: 'ls' } },
		]);
	});

	test('are omitted if the engine sends an empty list or something else than a list', async () => {
		const events = [{ tool_calls: [] }, { tool_calls: 'none' }, { tool_calls: [null, 'f'] }];
		const { choices } = await readStream(events.map((delta) => deltaEvent(delta, 'stop')));
		expect(choices[0]?.message).not.toHaveProperty('tool_calls');
	});
});
