import { Governor, GovernorRegistry, type Permit } from '../inference/governor';
import { FixedLimiter, type Limiter } from '../inference/limiter';
import { failureOf } from './support/cannedResponse';
import { FakeClock, settled } from './support/fakeClock';

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
	it('admits as many as the limit and the others first come, first served', async () => {
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

	it('tells the limiter how many are in flight, without the rejected one', async () => {
		const { limiter, queue, end } = open(3);
		for (const name of ['a', 'b', 'c']) void queue(name);
		await settled();
		await end('a', 'rejected');
		await end('b', 'ignored');
		await end('c', 'succeeded');
		expect(limiter.told).toEqual(['start 1', 'start 2', 'start 3', 'rejected 2', 'succeeded']);
	});

	it('ends a permit exactly once, whatever is called later', async () => {
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

	it('lets a waiting caller leave the queue on Stop, and the next one take its turn', async () => {
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

	it('admits nobody who comes after Stop', async () => {
		const { governor, queue } = open(1);
		expect(await failureOf(queue('a', AbortSignal.abort()))).toMatchObject({ kind: 'cancelled' });
		expect(governor.isIdle).toBe(true);
	});

	it('leaves a place to its holder when Stop comes later', async () => {
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

	it('caps the callers that give the same maximum without holding up the others', async () => {
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

	it.each(['rejected', 'ignored'] as const)(
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

	it('keeps the longest of several pauses, and no pause longer than a minute', async () => {
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

	it('does not pause for a Retry-After of 0', async () => {
		const { admitted, queue, end } = open(1);
		for (const name of ['a', 'b']) void queue(name);
		await settled();
		await end('a', 'rejected', 0);
		expect(admitted).toEqual(['a', 'b']);
	});

	it('leaves no timer behind when the last caller leaves during a pause', async () => {
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

describe('GovernorRegistry', () => {
	const adaptive = { mode: 'adaptive', maxConcurrency: 64 } as const;

	it('gives one account one governor, whatever its Max Concurrency', () => {
		const registry = new GovernorRegistry(new FakeClock());
		const governor = registry.governorFor('account', adaptive);
		expect(registry.governorFor('account', { ...adaptive, maxConcurrency: 4 })).toBe(governor);
		expect(registry.governorFor('account', { mode: 'fixed', concurrency: 3 }).limit).toBe(3);
		expect(registry.size).toBe(2);
	});

	it('does not let one account slow another down', async () => {
		const registry = new GovernorRegistry(new FakeClock());
		const one = registry.governorFor('one', { mode: 'fixed', concurrency: 1 });
		const held = await one.acquire();
		const other = await registry.governorFor('two', { mode: 'fixed', concurrency: 1 }).acquire();
		const slow = await registry.governorFor('three', adaptive).acquire();
		slow.rejected(60_000);
		const free = await registry.governorFor('four', adaptive).acquire();
		expect(registry.governorFor('three', adaptive).limit).toBe(1);
		expect(registry.governorFor('four', adaptive).limit).toBe(8);
		for (const permit of [held, other, free]) permit.succeeded();
	});

	it('forgets a governor that nobody has used for ten minutes', async () => {
		const clock = new FakeClock();
		const registry = new GovernorRegistry(clock);
		const unused = registry.governorFor('unused', adaptive);
		const used = registry.governorFor('used', adaptive);
		const permit = await used.acquire();
		await clock.advance(10 * 60_000);
		expect(registry.governorFor('unused', adaptive)).toBe(unused);
		await clock.advance(1);
		expect(registry.governorFor('used', adaptive)).toBe(used);
		expect(registry.size).toBe(1);
		permit.succeeded();
		await clock.advance(10 * 60_000);
		expect(registry.governorFor('used', adaptive)).toBe(used);
		await clock.advance(1);
		expect(registry.governorFor('used', adaptive)).not.toBe(used);
	});
});
