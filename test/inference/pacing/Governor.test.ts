import { Governor, type Permit } from '../../../inference/pacing/Governor';
import { FixedLimiter, type Limiter } from '../../../inference/pacing/limiter';
import { failureOf } from '../../support/cannedResponse';
import { FakeClock, settled } from '../../support/fakeClock';

/** Lets the test see what a limiter is told. */
class RecordingLimiter extends FixedLimiter implements Limiter {
	readonly told: string[] = [];

	override start(inFlight: number) {
		this.told.push(`start ${inFlight}`);
		return super.start(inFlight);
	}

	override succeeded() {
		this.told.push('succeeded');
	}

	override rejected(_request?: unknown, inFlight = NaN) {
		this.told.push(`rejected ${inFlight}`);
	}
}

function open(limit: number) {
	const clock = new FakeClock();
	const limiter = new RecordingLimiter(limit);
	const governor = new Governor(limiter, clock);
	const admitted: string[] = [];
	const permits = new Map<string, Permit>();
	/** Queues a caller; `admitted` gets its name once it may start. */
	const queue = (name: string, signal?: AbortSignal, maximum?: number) => {
		const waiting = governor.acquire(signal, maximum).then((permit) => {
			admitted.push(name);
			permits.set(name, permit);
		});
		return waiting;
	};
	const end = async (name: string, how: keyof Permit = 'succeeded', retryAfterMs?: number) => {
		permits.get(name)?.[how](retryAfterMs);
		await settled();
	};
	return { clock, limiter, governor, admitted, queue, end };
}

describe('Governor', () => {
	test('admits as many as the limit and the others first come, first served', async () => {
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
		const { limiter, queue, end } = open(3);
		for (const name of ['a', 'b', 'c']) void queue(name);
		await settled();
		await end('a', 'rejected');
		await end('b', 'ignored');
		await end('c', 'succeeded');
		expect(limiter.told).toEqual(['start 1', 'start 2', 'start 3', 'rejected 2', 'succeeded']);
	});

	test('ends a permit exactly once, whatever is called later', async () => {
		const { limiter, governor, admitted, queue, end } = open(1);
		for (const name of ['a', 'b', 'c']) void queue(name);
		await settled();
		await end('a', 'rejected');
		await end('a', 'succeeded');
		await end('a', 'ignored', 60_000);
		expect(admitted).toEqual(['a', 'b']);
		expect(governor.inFlight).toBe(1);
		expect(limiter.told.filter((word) => !word.startsWith('start'))).toEqual(['rejected 0']);
	});

	test('lets a waiting caller leave the queue on Stop, and the next one take its turn', async () => {
		const { governor, admitted, queue, end } = open(1);
		const stop = new AbortController();
		void queue('a');
		const left = failureOf(queue('b', stop.signal));
		void queue('c');
		await settled();
		stop.abort();
		expect(await left).toMatchObject({ kind: 'cancelled' });
		await end('a');
		expect(admitted).toEqual(['a', 'c']);
		await end('c');
		expect(governor.isIdle).toBe(true);
	});

	test('lets the only waiting caller leave', async () => {
		const { governor, queue, end } = open(1);
		const stop = new AbortController();
		await queue('a');
		const left = failureOf(queue('b', stop.signal));
		stop.abort();
		expect(await left).toMatchObject({ kind: 'cancelled' });
		await end('a');
		expect(governor.isIdle).toBe(true);
	});

	test('admits nobody who comes after Stop', async () => {
		const { governor, queue } = open(1);
		expect(await failureOf(queue('a', AbortSignal.abort()))).toMatchObject({ kind: 'cancelled' });
		expect(governor.isIdle).toBe(true);
	});

	test('leaves a place to its holder when Stop comes later', async () => {
		const { governor, admitted, queue, end } = open(1);
		const stop = new AbortController();
		await queue('a', stop.signal);
		void queue('b');
		stop.abort();
		await settled();
		expect(governor.inFlight).toBe(1);
		await end('a', 'ignored');
		expect(admitted).toEqual(['a', 'b']);
	});

	test('leaves the queue as it is when Stop comes to one who was admitted from it', async () => {
		const { governor, admitted, queue, end } = open(1);
		const stop = new AbortController();
		void queue('a');
		void queue('b', stop.signal);
		void queue('c');
		await settled();
		await end('a');
		stop.abort();
		await settled();
		expect({ admitted, inFlight: governor.inFlight }).toEqual({
			admitted: ['a', 'b'],
			inFlight: 1,
		});
		await end('b');
		expect(admitted).toEqual(['a', 'b', 'c']);
	});

	test('caps the callers that give the same maximum without holding up the others', async () => {
		const { admitted, queue, end } = open(4);
		for (const name of ['a1', 'a2', 'a3']) void queue(name, undefined, 1);
		for (const name of ['b1', 'b2', 'b3']) void queue(name, undefined, 2);
		void queue('free');
		await settled();
		expect(admitted).toEqual(['a1', 'b1', 'b2', 'free']);
		await end('free');
		expect(admitted).toHaveLength(4);
		await end('b1');
		await end('a1');
		expect(admitted.slice(4)).toEqual(['b3', 'a2']);
	});

	test.each(['rejected', 'ignored'] as const)(
		'starts nothing until the time that a request %s with asked for',
		async (how) => {
			const { clock, admitted, queue, end } = open(2);
			for (const name of ['a', 'b', 'c']) void queue(name);
			await settled();
			await end('a', how, 5000);
			await end('b');
			await clock.advance(4999);
			expect(admitted).toEqual(['a', 'b']);
			await clock.advance(1);
			expect(admitted).toEqual(['a', 'b', 'c']);
			expect(clock.pendingCount).toBe(0);
		},
	);

	test('keeps the longest of several pauses, and no pause longer than a minute', async () => {
		const { clock, admitted, queue, end } = open(3);
		for (const name of ['a', 'b', 'c', 'd']) void queue(name);
		await settled();
		await end('a', 'rejected', 10_000);
		await end('b', 'rejected', 2000);
		await clock.advance(3000);
		void queue('e');
		await clock.advance(6999);
		expect(admitted).toHaveLength(3);
		await end('c', 'rejected', 86_400_000);
		await clock.advance(59_999);
		expect(admitted).toHaveLength(3);
		await clock.advance(1);
		expect(admitted).toHaveLength(5);
	});

	test('does not pause for a Retry-After of 0', async () => {
		const { admitted, queue, end } = open(1);
		for (const name of ['a', 'b']) void queue(name);
		await settled();
		await end('a', 'rejected', 0);
		expect(admitted).toEqual(['a', 'b']);
	});

	test('sets one timer for all who wait for the end of a pause, and none for nobody', async () => {
		const { clock, governor, admitted, queue, end } = open(3);
		await queue('a');
		await end('a', 'rejected', 5000);
		expect(clock.pendingCount).toBe(0);
		for (const name of ['b', 'c']) void queue(name);
		await clock.advance(4999);
		expect(governor.isIdle).toBe(false);
		expect({ admitted, pending: clock.pendingCount }).toEqual({ admitted: ['a'], pending: 1 });
		await clock.advance(1);
		expect(admitted).toEqual(['a', 'b', 'c']);
	});

	test('lets nobody overtake between the end of a pause and the timer for it', async () => {
		const { clock, admitted, queue, end } = open(1);
		await queue('a');
		await end('a', 'rejected', 5000.2);
		void queue('b');
		await clock.advance(5000.5);
		void queue('c');
		await settled();
		expect(admitted).toEqual(['a', 'b']);
		await clock.advance(1);
		await end('b');
		expect(admitted).toEqual(['a', 'b', 'c']);
	});

	test('admits the others at the end of a pause though one of them has left', async () => {
		const { clock, admitted, queue, end } = open(2);
		const stop = new AbortController();
		await queue('a');
		await end('a', 'ignored', 5000);
		void queue('b');
		const left = failureOf(queue('c', stop.signal));
		stop.abort();
		await left;
		await clock.advance(5000);
		expect(admitted).toEqual(['a', 'b']);
	});

	test('leaves no timer behind when the last caller leaves during a pause', async () => {
		const { clock, queue, end } = open(1);
		const stop = new AbortController();
		void queue('a');
		const left = failureOf(queue('b', stop.signal));
		await settled();
		await end('a', 'rejected', 30_000);
		expect(clock.pendingCount).toBe(1);
		stop.abort();
		await left;
		expect(clock.pendingCount).toBe(0);
		const late = queue('c');
		await clock.advance(30_000);
		await late;
	});
});
