import { AdaptiveLimiter } from '../../../inference/pacing/limiter';
import { failureOf } from '../../support/cannedResponse';
import { settled } from '../../support/fakeClock';
import { openGovernor as open, RecordingLimiter } from '../../support/openGovernor';

function openRecording(limit: number) {
	const limiter = new RecordingLimiter(limit);
	return { ...open(limit, limiter), told: limiter.told };
}

describe('Governor', () => {
	test('admits as many as the limit, and the others in the order of their arrival', async () => {
		const { governor, admitted, queue, end } = open(2);
		for (const name of ['a', 'b', 'c', 'd', 'e']) void queue(name);
		await settled();
		expect(admitted).toEqual(['a', 'b']);
		await end('b');
		await end('a');
		expect(admitted).toEqual(['a', 'b', 'c', 'd']);
		void queue('f');
		await end('c');
		expect(admitted.at(-1)).toBe('e');
		expect(governor.inFlight).toBe(2);
	});

	test('tells the limiter how many are in flight, without the rejected one', async () => {
		const { told, queue, end } = openRecording(3);
		for (const name of ['a', 'b', 'c']) void queue(name);
		await settled();
		await end('a', 'rejected');
		await end('b', 'ended');
		await end('c', 'succeeded');
		expect(told).toEqual([
			'start 1',
			'start 2',
			'start 3',
			'rejected 2',
			'ended',
			'accepted',
			'succeeded',
		]);
	});

	test('ends a permit exactly once, whatever is called later', async () => {
		const { clock, told, governor, admitted, queue, end, overload } = openRecording(1);
		for (const name of ['a', 'b', 'c']) void queue(name);
		await settled();
		await end('a', 'rejected');
		await clock.advance(250);
		await end('a', 'succeeded');
		await end('a', 'accepted');
		await end('a', 'ended');
		await overload('a', 60_000);
		expect(admitted).toEqual(['a', 'b']);
		expect(governor.inFlight).toBe(1);
		expect(told.filter((word) => !word.startsWith('start'))).toEqual(['rejected 0']);
	});

	test('tells the limiter of an acceptance once, when the head of a response arrives', async () => {
		const { told, queue, end } = openRecording(1);
		await queue('a');
		await end('a', 'accepted');
		await end('a', 'accepted');
		await end('a', 'succeeded');
		expect(told).toEqual(['start 1', 'accepted', 'succeeded']);
	});

	test('counts a request as accepted if it was not rejected within a second', async () => {
		const { clock, told, queue } = openRecording(1);
		await queue('a');
		void queue('waiting');
		await clock.advance(999);
		expect(told).toEqual(['start 1']);
		await clock.advance(1);
		expect(told).toEqual(['start 1', 'accepted']);
		expect(clock.pendingCount).toBe(0);
	});

	test('waits three times as long as the slowest rejection so far for that', async () => {
		const { clock, told, queue, end } = openRecording(3);
		await queue('other');
		await end('other', 'accepted');
		told.length = 0;
		await queue('slow');
		await clock.advance(2000);
		await end('slow', 'rejected');
		for (const name of ['a', 'b', 'waiting']) void queue(name);
		await settled();
		await clock.advance(5999);
		expect(told).not.toContain('accepted');
		await clock.advance(1);
		expect(told.filter((word) => word === 'accepted')).toHaveLength(2);
	});

	test('pauses after a rejection while no other request holds a slot, longer each time', async () => {
		const { clock, admitted, queue, end } = open(1);
		const startsMs: number[] = [];
		for (const name of ['a', 'b', 'c', 'd', 'e', 'f']) {
			void queue(name, { isRetry: true }).then(() => startsMs.push(clock.now()));
		}
		for (const name of ['a', 'b', 'c', 'd', 'e']) {
			await settled();
			while (!admitted.includes(name)) await clock.advance(1);
			await end(name, 'rejected');
		}
		await clock.advance(2000);
		const pauses = startsMs.slice(1).map((ms, index) => ms - (startsMs[index] ?? 0));
		expect(pauses).toHaveLength(5);
		for (const [index, longest] of [250, 500, 1000, 1000, 1000].entries()) {
			expect(pauses[index]).toBeGreaterThanOrEqual(longest / 2);
			expect(pauses[index]).toBeLessThanOrEqual(longest + 1);
		}
	});

	test('does not pause while another request holds a slot', async () => {
		const { clock, admitted, queue, end } = open(2);
		await queue('other');
		await end('other', 'accepted');
		for (const name of ['a', 'b']) void queue(name);
		await settled();
		await end('a', 'rejected');
		expect(admitted).toEqual(['other', 'a', 'b']);
		expect(clock.now()).toBe(0);
	});

	test('grows to the limit of the service without waiting for answers', async () => {
		const { governor, queue, end, admitted } = open(8, new AdaptiveLimiter());
		for (let index = 0; index < 64; index += 1) void queue(String(index));
		await settled();
		expect(governor.inFlight).toBe(8);
		for (let index = 0; index < 64; index += 1) await end(String(admitted[index]), 'accepted');
		expect(governor.inFlight).toBe(64);
	});

	test('forgets what it learned after three seconds without requests', async () => {
		const { clock, told, queue, end } = openRecording(1);
		await queue('a');
		await end('a');
		await clock.advance(3000);
		await queue('b');
		await end('b');
		expect(told).not.toContain('restart');
		await clock.advance(3001);
		await queue('c');
		expect(told.slice(-2)).toEqual(['restart', 'start 1']);
	});

	test('lets a waiting request leave the queue on Stop, and the next one take its turn', async () => {
		const { governor, admitted, queue, end } = open(1);
		const stop = new AbortController();
		void queue('a');
		const left = failureOf(queue('b', { signal: stop.signal }));
		void queue('c');
		await settled();
		stop.abort();
		expect(await left).toMatchObject({ kind: 'cancelled' });
		await end('a');
		expect(admitted).toEqual(['a', 'c']);
		await end('c');
		expect(governor.isIdle).toBe(true);
	});

	test('admits none that comes after Stop', async () => {
		const { governor, queue } = open(1);
		const late = failureOf(queue('a', { signal: AbortSignal.abort() }));
		expect(await late).toMatchObject({ kind: 'cancelled' });
		expect(governor.isIdle).toBe(true);
	});

	test('leaves a permit to its holder if Stop comes later', async () => {
		const { governor, admitted, queue, end } = open(1);
		const stop = new AbortController();
		await queue('a', { signal: stop.signal });
		void queue('b');
		stop.abort();
		await settled();
		expect(governor.inFlight).toBe(1);
		await end('a', 'ended');
		expect(admitted).toEqual(['a', 'b']);
	});
});

describe('runs', () => {
	test('take turns, whatever the number of their requests', async () => {
		const { admitted, queue, end } = open(1);
		const [batch, other, chat] = [1, 2, 3].map(() => ({ maxConcurrency: 64 }));
		for (const name of ['a1', 'a2', 'a3']) void queue(name, { run: batch });
		for (const name of ['b1', 'b2', 'b3']) void queue(name, { run: other });
		void queue('chat', { run: chat });
		await settled();
		for (let index = 0; index < 6; index += 1) await end(String(admitted.at(-1)));
		expect(admitted).toEqual(['a1', 'a2', 'b1', 'chat', 'a3', 'b2', 'b3']);
	});

	test('never have more requests in flight than their maximum, without holding up others', async () => {
		const { admitted, queue, end } = open(4);
		const one = { maxConcurrency: 1 };
		const two = { maxConcurrency: 2 };
		for (const name of ['a1', 'a2', 'a3']) void queue(name, { run: one });
		for (const name of ['b1', 'b2', 'b3']) void queue(name, { run: two });
		void queue('free');
		await settled();
		expect([...admitted].sort()).toEqual(['a1', 'b1', 'b2', 'free']);
		await end('free');
		expect(admitted).toHaveLength(4);
		await end('b1');
		await end('a1');
		expect(admitted.slice(4)).toEqual(['b3', 'a2']);
	});

	test('finish their items before they start others', async () => {
		const { admitted, queue, end } = open(1);
		void queue('a');
		void queue('next item');
		void queue('retry 1', { isRetry: true });
		void queue('retry 2', { isRetry: true });
		await settled();
		for (const name of ['a', 'retry 1', 'retry 2']) await end(name);
		expect(admitted).toEqual(['a', 'retry 1', 'retry 2', 'next item']);
	});
});
