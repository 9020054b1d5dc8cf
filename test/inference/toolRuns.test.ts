/* eslint-disable @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/no-restricted-globals -- not shipped: runs outside n8n */
import { runInNewContext } from 'node:vm';
import type { JsonObject } from 'n8n-workflow';
import type { ToolCall } from '../../inference/completion/chatCompletion';
import { callsToRun, runToolCalls, type ConnectedTools } from '../../inference/toolRuns';
import { failureOf } from '../support/cannedResponse';
import { listenersOf } from '../support/useTransport';
import { request } from '../support/sendChat';

function toolsOf(run: ConnectedTools['run'], ...names: string[]): ConnectedTools {
	const definition = { description: '', parameters: {}, strict: false };
	return { definitions: names.map((name) => ({ name, ...definition })), run };
}

const callOf = (text: string, id?: string, name = 'tool'): ToolCall => ({
	...(id === undefined ? {} : { id }),
	type: 'function',
	function: { name, arguments: text },
});

function roundOf(calls: ToolCall[], round = 1) {
	const message = { role: 'assistant', content: null, tool_calls: calls };
	const choices = [{ index: 0, message, finish_reason: 'tool_calls' }];
	return callsToRun({ choices }, request, round);
}

async function runOf(text: string, run: ConnectedTools['run'], signal?: AbortSignal) {
	const list = roundOf([callOf(text, 'a')])?.list ?? [];
	const [ran] = await runToolCalls(list, toolsOf(run, 'tool'), { signal });
	return ran;
}

describe('the ID of a call', () => {
	const idsOf = (ids: Array<string | undefined>) => {
		const round = roundOf(ids.map((id) => callOf('{}', id)));
		const sent = round?.message.tool_calls?.map(({ id }) => id);
		expect(round?.list.map(({ id }) => id)).toEqual(sent);
		return sent;
	};

	test('is that of the model', () => {
		expect(idsOf(['a', 'b'])).toEqual(['a', 'b']);
	});

	test('is made if the model left it out or gave it twice', () => {
		expect(idsOf([undefined, 'a', 'a'])).toEqual(['call_1_1', 'a', 'call_1_3']);
	});

	test('that is made is no other of the round', () => {
		expect(idsOf(['call_1_2', undefined])).toEqual(['call_1_2', 'call_1_2_']);
		expect(idsOf([undefined, 'call_1_1'])).toEqual(['call_1_1_', 'call_1_1']);
	});
});

test('only what the API defines of a call is sent back', () => {
	const call = { ...callOf('{"a": 1}', 'a'), index: 0, signature: 'x' };
	expect(roundOf([call])?.message.tool_calls).toEqual([callOf('{"a": 1}', 'a')]);
});

test.each(['null', '[]', '"text"', '7', '{"a":', 'Oslo'])(
	'the arguments %s do not reach the tool, and are sent back as an object',
	async (text) => {
		const run = jest.fn();
		const ran = await runOf(text, run);
		expect(run).not.toHaveBeenCalled();
		expect(ran?.run).toEqual({
			name: 'tool',
			arguments: text,
			error: 'The arguments are not a JSON object',
		});
		const [sent] = roundOf([callOf(text, 'a')])?.message.tool_calls ?? [];
		const written = JSON.parse(sent?.function?.arguments ?? '') as JsonObject;
		expect(written).toEqual({ invalidArguments: text });
	},
);

test('a call without a name is answered with the names of the tools', async () => {
	const list = roundOf([callOf('{}', 'a', '')])?.list ?? [];
	const [ran] = await runToolCalls(list, toolsOf(jest.fn(), 'one', 'two'), {});
	expect(ran?.message.content).toBe("Error: There is no tool ''. The tools are: one, two");
});

test('a tool that changes its arguments does not change what the model wrote', async () => {
	const ran = await runOf('{"city": "Oslo", "days": [1]}', async (_, args) => {
		(args.days as number[]).push(2);
		args.city = 'Rome';
		return await Promise.resolve('sunny');
	});
	expect(ran?.run.arguments).toEqual({ city: 'Oslo', days: [1] });
});

test.each<[string, unknown, string]>([
	['an error', new TypeError('No such city'), 'No such city'],
	['an error of a sandbox', runInNewContext('new Error("No such city")'), 'No such city'],
	['a text', 'No such city', 'No such city'],
	['nothing', undefined, 'undefined'],
])('%s that a tool throws is told to the model', async (_, thrown, error) => {
	const ran = await runOf('{}', async () => await Promise.reject(thrown as Error));
	expect(ran?.run).toMatchObject({ error });
	expect(ran?.message.content).toBe(`Error: ${error}`);
});

test('a result of ten megabytes is passed on as it is', async () => {
	const text = 'x'.repeat(10_000_000);
	const ran = await runOf('{}', async () => await Promise.resolve(text));
	expect(ran?.message.content).toBe(text);
});

test('fifty calls of a round run at once, with one listener on the signal', async () => {
	const { signal } = new AbortController();
	const ownSignals = new Set<AbortSignal | undefined>();
	let release = () => {};
	const allRun = new Promise<void>((resolve) => (release = resolve));
	let listeners = 0;
	const tools = toolsOf(async (_, { row }, ownSignal) => {
		ownSignals.add(ownSignal);
		listeners = Math.max(listeners, listenersOf(signal));
		if (ownSignals.size === 50) release();
		await allRun;
		return `result ${String(row)}`;
	}, 'tool');
	const calls = Array.from({ length: 50 }, (_, row) => callOf(`{"row":${row}}`, `id ${row}`));
	const ran = await runToolCalls(roundOf(calls)?.list ?? [], tools, { signal });
	expect(ran.map(({ message }) => message)).toEqual(
		calls.map(({ id }, row) => ({ role: 'tool', tool_call_id: id, content: `result ${row}` })),
	);
	expect(listeners).toBe(1);
	expect(listenersOf(signal)).toBe(0);
});

test('a tool that goes on after Stop, and fails then, does no harm', async () => {
	const stop = new AbortController();
	let fail: (error: Error) => void = () => {};
	const running = runOf(
		'{}',
		async () => await new Promise<string>((_, reject) => (fail = reject)),
		stop.signal,
	);
	stop.abort();
	expect((await failureOf(running)).kind).toBe('cancelled');
	fail(new Error('Too late'));
	await new Promise((resolve) => setImmediate(resolve));
});
