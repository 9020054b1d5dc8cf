import type { JsonObject } from 'n8n-workflow';
import { InferenceError } from '../../../inference/InferenceError';
import type { TransportRequest } from '../../../inference/http/transport';
import { TraceMemory } from '../../../inference/weave/TraceMemory';
import { TraceQueue } from '../../../inference/weave/TraceQueue';
import { WeaveWriter } from '../../../inference/weave/WeaveWriter';
import { respond } from '../../support/cannedResponse';
import { FakeClock } from '../../support/fakeClock';

type Answer = (request: TransportRequest) => number | Promise<number>;

/** A queue whose requests are answered with these statuses. */
function open(answer: Answer = () => 200, memory = new TraceMemory(20_000_000)) {
	const clock = new FakeClock();
	const sent: TransportRequest[] = [];
	const transport = async (request: TransportRequest) => {
		sent.push(request);
		return respond({ status: await answer(request) });
	};
	const writer = new WeaveWriter({ project: 'my team/p', apiKey: 'secret' }, transport, clock);
	const place = { project: 'my team/p', redact: (text: string) => text };
	const queue = new TraceQueue(place, writer, clock, memory);
	const trace = (requests = 1, text = 'Hi') => {
		const item = queue.start({}, { name: 'item', inputs: {}, displayName: 'Item' });
		for (let count = 0; count < requests; count += 1) {
			item.child('request', {}).end({ output: text });
		}
		item.end({ output: text });
	};
	return { clock, sent, queue, trace };
}

const batchOf = ({ body }: TransportRequest) => (body as { batch: JsonObject[] }).batch;
const away = () => Promise.reject(new InferenceError('Away', { kind: 'connection' }));

test('1,000 items with a retry each take at most 25 requests', async () => {
	const { sent, queue, trace, clock } = open();
	for (let item = 0; item < 1000; item += 1) {
		trace(2);
		if (item % 50 === 0) await clock.advance(1);
	}
	await clock.runUntil(queue.flush(5000));
	expect(sent.length).toBeLessThanOrEqual(8);
	expect(sent.flatMap(batchOf)).toHaveLength(3000);
	expect(queue.report()).toEqual({ refused: 0, dropped: 0, open: 0 });
});

test('long traces are sent in several requests', async () => {
	const { sent, queue, trace, clock } = open();
	for (let item = 0; item < 100; item += 1) trace(1, 'x'.repeat(90_000));
	await clock.runUntil(queue.flush(5000));
	const lengths = sent.map(({ body }) => JSON.stringify(body).length);
	expect(lengths.length).toBeGreaterThan(4);
	expect(Math.max(...lengths)).toBeLessThan(4_200_000);
});

test('few traces wait for the end of the run', async () => {
	const { sent, queue, trace, clock } = open();
	trace();
	await clock.advance(60_000);
	expect(sent).toEqual([]);
	await clock.runUntil(queue.flush(5000));
	expect(sent).toHaveLength(1);
	expect(sent[0]).toMatchObject({ method: 'POST', path: '/v2/my%20team/p/calls/complete' });
	expect(sent[0]!.headers!.Authorization).toBe(`Basic ${btoa('api:secret')}`);
});

test('traces that arrive while others are sent go together in one request', async () => {
	let release: (status: number) => void = () => undefined;
	const { sent, queue, trace, clock } = open(
		async () => await new Promise((resolve) => (release = resolve)),
	);
	for (const item of [1, 2, 3]) {
		trace(item);
		void queue.flush(0);
		await clock.advance(0);
	}
	release(200);
	await clock.advance(0);
	release(200);
	await clock.advance(0);
	expect(sent.map((request) => batchOf(request).length)).toEqual([2, 7]);
	expect(queue.report().open).toBe(0);
});

test('the end of a run waits at most as long as it is told', async () => {
	const { queue, trace, clock } = open(async () => await new Promise(() => undefined));
	trace();
	await clock.runUntil(queue.flush(5000));
	expect(clock.now()).toBe(5000);
	expect(queue.report()).toMatchObject({ refused: 0, open: 1 });
});

test.each([
	['a server error', () => 503],
	['a rate limit', () => 429],
	['a connection error', away],
])('%s is retried twice and then counted', async (_, answer) => {
	const { sent, queue, trace, clock } = open(answer);
	trace();
	trace();
	await clock.runUntil(queue.flush(60_000));
	expect(sent).toHaveLength(3);
	expect(queue.report()).toMatchObject({ refused: 2, open: 0 });
});

test('a temporary error does no harm', async () => {
	let count = 0;
	const { sent, queue, trace, clock } = open(() => ((count += 1) === 1 ? 500 : 200));
	trace();
	await clock.runUntil(queue.flush(60_000));
	expect(sent).toHaveLength(2);
	expect(queue.report()).toEqual({ refused: 0, dropped: 0, open: 0 });
});

test.each([301, 400, 401, 403, 422])('HTTP %i is final', async (status) => {
	const { sent, queue, trace, clock } = open(() => status);
	trace();
	await clock.runUntil(queue.flush(60_000));
	expect(sent).toHaveLength(1);
	expect(queue.report()).toMatchObject({ refused: 1, error: { status } });
});

test('a batch that is too large is sent in parts', async () => {
	const { sent, queue, trace, clock } = open((request) =>
		batchOf(request).length > 30 ? 413 : 200,
	);
	for (let item = 0; item < 50; item += 1) trace();
	await clock.runUntil(queue.flush(60_000));
	expect(queue.report()).toEqual({ refused: 0, dropped: 0, open: 0 });
	expect(sent.map((request) => batchOf(request).length)).toEqual([100, 50, 26, 24, 50, 26, 24]);
});

test('a service that finds everything too large is not asked for ever', async () => {
	const { sent, queue, trace, clock } = open(() => 413);
	for (let item = 0; item < 250; item += 1) trace();
	await clock.runUntil(queue.flush(60_000));
	expect(sent).toHaveLength(31);
	expect(queue.report()).toMatchObject({ refused: 250, open: 0 });
});

test.each([404, 405])('after HTTP %i, calls are sent as events', async (status) => {
	const { sent, queue, trace, clock } = open(({ path }) => (path.startsWith('/v2') ? status : 200));
	trace();
	await clock.runUntil(queue.flush(60_000));
	trace();
	await clock.runUntil(queue.flush(60_000));
	expect(sent.map(({ path }) => path)).toEqual([
		'/v2/my%20team/p/calls/complete',
		'/call/upsert_batch',
		'/call/upsert_batch',
	]);
	const [start, end] = batchOf(sent[1]!) as unknown as [
		{ mode: string; req: { start: JsonObject } },
		{ mode: string; req: { end: JsonObject } },
	];
	expect([start.mode, end.mode]).toEqual(['start', 'end']);
	expect(Object.keys(start.req.start).sort()).toEqual(
		['attributes', 'display_name', 'id', 'inputs', 'op_name', 'project_id', 'started_at'].concat(
			'trace_id',
		),
	);
	expect(end.req.end).toMatchObject({ id: start.req.start.id, output: 'Hi' });
	expect(queue.report().refused).toBe(0);
});

test('a call lasts as long as it took, even if the system time is set back', async () => {
	const { queue, sent, clock } = open();
	const systemTime = jest.spyOn(Date, 'now').mockReturnValue(Date.UTC(2026, 10, 24, 12));
	const item = queue.start({}, { name: 'item', inputs: {}, displayName: 'Item' });
	await clock.advance(500);
	const request = item.child('request', {});
	systemTime.mockReturnValue(Date.UTC(2026, 10, 24, 11));
	await clock.advance(1500);
	request.end({ output: 'Hi' });
	item.end({ output: 'Hi' });
	systemTime.mockRestore();
	await clock.runUntil(queue.flush(5000));
	expect(batchOf(sent[0]!)).toMatchObject([
		{ started_at: '2026-11-24T12:00:00.000Z', ended_at: '2026-11-24T12:00:02.000Z' },
		{ started_at: '2026-11-24T12:00:00.500Z', ended_at: '2026-11-24T12:00:02.000Z' },
	]);
});

test('what waits takes up a limited amount of memory', async () => {
	const memory = new TraceMemory(10_000);
	const { queue, trace, clock, sent } = open(() => 200, memory);
	for (let item = 0; item < 100; item += 1) trace();
	const { dropped, open: waiting } = queue.report();
	expect(dropped + waiting).toBe(100);
	expect(waiting).toBeGreaterThan(2);
	expect(waiting).toBeLessThan(20);
	await clock.runUntil(queue.flush(5000));
	expect(sent).toHaveLength(1);
	trace();
	expect(queue.report()).toMatchObject({ dropped, open: 1 });
});

test('a trace that is sent gives its memory back, also if Weave refuses it', async () => {
	const memory = new TraceMemory(10_000);
	const { queue, trace, clock } = open(() => 401, memory);
	for (let run = 0; run < 20; run += 1) {
		trace();
		await clock.runUntil(queue.flush(5000));
	}
	expect(queue.report()).toMatchObject({ refused: 20, dropped: 0 });
});
