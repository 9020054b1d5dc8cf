/* eslint-disable @n8n/community-nodes/no-restricted-globals, @n8n/community-nodes/no-restricted-imports -- not shipped: runs outside n8n */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { JsonObject } from 'n8n-workflow';
import { CallTrace, type TracePlace } from '../../../inference/weave/CallTrace';
import { noTrace, traced } from '../../../inference/weave/Trace';
import type { WeaveCall } from '../../../inference/weave/WeaveCall';

let ended: WeaveCall[][];
beforeEach(() => (ended = []));

const place: TracePlace = {
	project: 'my team/p1',
	appUrl: 'https://wandb.ai',
	redact: (text) => text.replaceAll('CANARY', '[…]'),
};

const root = (changes: Partial<TracePlace> = {}) =>
	CallTrace.root(
		{
			place: { ...place, ...changes },
			attributes: { n8n: 1 },
			now: () => new Date(),
			onEnd: (calls) => ended.push(calls),
		},
		'item',
		{ model: 'm' },
		'Node [item 0]',
	);

const usage = { model: 'm', tokens: { promptTokens: 3, completionTokens: 4 } };

test('the calls of an item form one tree', () => {
	const trace = root();
	const request = trace.child('request', { messages: [] });
	request.end({ output: 'Hi' });
	const repair = trace.child('repair', {});
	repair.child('request', {}).end({ output: 'Ho' });
	repair.end({ output: 'Ho' });
	expect(ended).toEqual([]);
	trace.end({ output: 'Ho' });
	const [calls = []] = ended;
	const [item, first, second, third] = calls;
	expect(calls).toHaveLength(4);
	expect(new Set(calls.map(({ trace_id }) => trace_id)).size).toBe(1);
	expect(new Set(calls.map(({ id }) => id)).size).toBe(4);
	expect(calls.map(({ parent_id }) => parent_id)).toEqual([
		undefined,
		item!.id,
		item!.id,
		second!.id,
	]);
	expect([first!.op_name, third!.op_name]).toEqual(['request', 'request']);
	expect(calls.every(({ attributes }) => attributes.n8n === 1)).toBe(true);
});

test('a call sums up what the calls below it used, and how they ended', () => {
	const trace = root();
	trace.child('request', {}).end({ exception: new Error('Overloaded') });
	trace.child('request', {}).end({ output: 'Hi', usage });
	trace.child('request', {}).end({ output: 'Hi', usage });
	trace.end({ output: 'Hi' });
	const [item, failed] = ended[0]!;
	expect(item!.summary).toEqual({
		usage: { m: { requests: 2, prompt_tokens: 6, completion_tokens: 8, total_tokens: 14 } },
		status_counts: { success: 3, error: 1 },
	});
	expect(failed).toMatchObject({ exception: 'Overloaded' });
	expect(failed).not.toHaveProperty('output');
});

test('times are in UTC, and a call starts before it ends', () => {
	const trace = root();
	trace.end({ output: null });
	const [{ started_at: start, ended_at: end }] = ended[0] as [WeaveCall];
	expect([start, end].map((time) => new Date(time).toISOString())).toEqual([start, end]);
	expect(Date.parse(end)).toBeGreaterThanOrEqual(Date.parse(start));
});

test('a call that is still open ends with its item, and only once', () => {
	const trace = root();
	const tool = trace.child('tool', {});
	trace.end({ exception: new Error('Stopped') });
	tool.end({ output: 'late' });
	trace.end({ output: 'again' });
	expect(ended).toHaveLength(1);
	expect(ended[0]).toMatchObject([{ exception: 'Stopped' }, { exception: 'Did not end' }]);
});

test('an item has the inputs of its first request', () => {
	const trace = root();
	trace.child('request', { messages: ['a'] }).end({ output: 1 });
	trace.child('request', { messages: ['b'] }).end({ output: 1 });
	trace.end({ output: 1 });
	expect(ended[0]![0]!.inputs).toEqual({ model: 'm', messages: ['a'] });
});

test('files are replaced by their type and size, and long text is cut off', () => {
	const data = Buffer.alloc(3001).toString('base64');
	const inputs = {
		image: { url: `data:image/png;base64,${data}` },
		file: `data:application/pdf;name=a.pdf;base64,${Buffer.alloc(5).toString('base64')}`,
		link: 'https://example.com/a.png',
		long: 'x'.repeat(100_001),
	};
	const trace = root();
	trace.child('request', inputs).end({ output: [`data:;base64,AAAA`] });
	trace.end({ output: 1 });
	const call = ended[0]![1]!;
	expect(call.inputs).toEqual({
		image: { url: '[image/png, 3,001 bytes]' },
		file: '[application/pdf, 5 bytes]',
		link: 'https://example.com/a.png',
		long: `${'x'.repeat(100_000)} [cut off, 100,001 characters in total]`,
	});
	expect(call.output).toEqual(['[file, 3 bytes]']);
});

test('keys are removed from all that is sent, also where long text is cut off', () => {
	const key = 'CANARY';
	const trace = root();
	const file = `data:${key};base64,AAAA`;
	const inputs = { [key]: [{ text: `a ${key}`, file }], long: 'x'.repeat(99_997) + key + 'y' };
	trace.child('request', inputs).end({ output: { [key]: key } });
	trace.child('request', {}).end({ exception: new Error(`Wrong key ${key}`) });
	trace.end({ output: `Your key is ${key}` });
	expect(ended[0]).toHaveLength(3);
	expect(JSON.stringify(ended)).toContain('Your key is […]');
	expect(JSON.stringify(ended)).not.toContain('CAN');
});

test('a trace does not keep long texts and images in memory', () => {
	setFlagsFromString('--expose-gc');
	const collectGarbage = runInNewContext('gc') as () => void;
	const usedBytes = () => {
		collectGarbage();
		return process.memoryUsage().heapUsed;
	};
	const textOf = (length: number) => Buffer.alloc(length, 'A').toString();
	const before = usedBytes();
	const traces = Array.from({ length: 10 }, () => {
		const trace = root();
		const image = `data:image/png;base64,${textOf(20_000_000)}`;
		trace.child('request', { image, text: textOf(5_000_000) }).end({ output: textOf(5_000_000) });
		return trace;
	});
	expect(usedBytes() - before).toBeLessThan(20_000_000);
	for (const trace of traces) trace.end({ output: 1 });
	expect(JSON.stringify(ended)).toContain('[image/png, 15,000,000 bytes]');
});

test('half of a surrogate pair, which Weave refuses, is replaced', () => {
	const trace = root();
	const long = `${'x'.repeat(99_999)}😀`;
	trace.child('request', { long }).end({ output: 'a\ud83d' });
	trace.end({ output: '😀' });
	const [[item, request]] = ended as [[WeaveCall, WeaveCall]];
	expect([item.output, request.output]).toEqual(['😀', 'a\ufffd']);
	expect(request.inputs.long).toMatch(/^x+\ufffd \[cut off/);
});

test('values that are nested very deeply do no harm', () => {
	let deep: JsonObject = {};
	for (let depth = 0; depth < 50_000; depth += 1) deep = { deep };
	const trace = root();
	trace.child('request', deep).end({ output: deep });
	trace.end({ output: deep });
	expect(JSON.stringify(ended).length).toBeLessThan(5000);
});

test('a website that is not known makes no address', () => {
	expect(root({ appUrl: undefined }).url).toBeUndefined();
});

test('the address of a trace is valid whatever the name of the project', () => {
	expect(root().url).toMatch(/^https:\/\/wandb\.ai\/my%20team\/p1\/weave\/calls\/[\w-]{36}$/);
});

test('work that is traced keeps its result and its error', async () => {
	const error = new Error('No');
	const outcome = () => ({ output: 1 });
	await expect(traced(noTrace, async () => await Promise.resolve(5), outcome)).resolves.toBe(5);
	const trace = root();
	await expect(traced(trace, async () => await Promise.reject(error), outcome)).rejects.toBe(error);
	expect(ended[0]).toMatchObject([{ exception: 'No' }]);
});
