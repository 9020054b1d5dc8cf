import { settled } from '../../support/fakeClock';
import { openGovernor as open } from '../../support/openGovernor';

describe('waiting time', () => {
	test('of a first request does not count, however long it is', async () => {
		const { clock, admitted, permits, queue, end } = open(1);
		void queue('a');
		void queue('b', { model: 'm', maxWaitMs: 1000 });
		await clock.advance(100_000);
		await end('a');
		expect(admitted).toEqual(['a', 'b']);
		expect(permits.get('b')?.waitedMs).toBe(0);
	});

	test('of a retry counts, and ends it when it is used up', async () => {
		const { clock, admitted, gaveUp, permits, queue, end } = open(1);
		void queue('a');
		void queue('short', { isRetry: true, maxWaitMs: 5000 });
		void queue('long', { isRetry: true, maxWaitMs: 60_000 });
		await clock.advance(4999);
		expect(gaveUp).toEqual([]);
		await clock.advance(1);
		expect(gaveUp).toEqual(['short']);
		await clock.advance(1000);
		await end('a');
		expect(admitted).toEqual(['a', 'long']);
		expect(permits.get('long')?.waitedMs).toBe(6000);
		await end('long');
		expect(clock.pendingCount).toBe(0);
	});
});

describe('a model that the service does not want requests for', () => {
	const bad = { model: 'bad' };

	test('is left alone for the time of a Retry-After, while other models go on', async () => {
		const { clock, admitted, queue, overload } = open(4);
		await queue('a', bad);
		await overload('a', 5000);
		void queue('b', { ...bad, maxWaitMs: 60_000 });
		void queue('good', { model: 'good' });
		await clock.advance(4999);
		expect(admitted).toEqual(['a', 'good']);
		await clock.advance(1);
		expect(admitted).toEqual(['a', 'good', 'b']);
	});

	test('is not held longer than a minute', async () => {
		const { clock, admitted, queue, overload } = open(4);
		await queue('a', bad);
		await overload('a', 86_400_000);
		void queue('b', { ...bad, maxWaitMs: 300_000 });
		await clock.advance(60_000);
		expect(admitted).toEqual(['a', 'b']);
	});

	test('is tested by one request at a time after three 503s in a row', async () => {
		const { clock, admitted, queue, end, overload } = open(8);
		for (const name of ['a', 'b', 'c', 'd']) await queue(name, bad);
		for (const name of ['a', 'b', 'c', 'd']) await overload(name);
		for (const name of ['e', 'f', 'g']) void queue(name, { ...bad, maxWaitMs: 300_000 });
		await settled();
		expect(admitted).toHaveLength(4);
		await clock.advance(2000);
		expect(admitted.slice(4)).toEqual(['e']);
		await overload('e');
		await clock.advance(4000);
		expect(admitted.slice(4)).toEqual(['e', 'f']);
		await end('f', 'accepted');
		expect(admitted.slice(4)).toEqual(['e', 'f', 'g']);
	});

	test('is not held for a 503 now and then', async () => {
		const { admitted, queue, end, overload } = open(8);
		for (let index = 0; index < 5; index += 1) {
			await queue(`bad ${index}`, bad);
			await overload(`bad ${index}`);
			await queue(`good ${index}`, bad);
			await end(`good ${index}`);
		}
		expect(admitted).toHaveLength(10);
	});

	test('makes those who wait for it give up when their waiting time is used up', async () => {
		const { clock, gaveUp, queue, overload } = open(8);
		await queue('a', bad);
		await overload('a', 10_000);
		void queue('b', { ...bad, maxWaitMs: 3000 });
		await clock.advance(3000);
		expect(gaveUp).toEqual(['b']);
		expect(clock.pendingCount).toBe(0);
	});

	test('lets another request test it if the test request ended without an answer', async () => {
		const { clock, admitted, queue, end, overload } = open(8);
		for (const name of ['a', 'b', 'c']) await queue(name, bad);
		for (const name of ['a', 'b', 'c']) await overload(name);
		void queue('test', { ...bad, maxWaitMs: 300_000 });
		void queue('next', { ...bad, maxWaitMs: 300_000 });
		await clock.advance(2000);
		expect(admitted).toContain('test');
		await end('test', 'ended');
		expect(admitted).toContain('next');
	});

	test('cannot be used with a permit that was acquired before the model was known', async () => {
		const { permits, queue, overload } = open(8);
		await queue('a', bad);
		await overload('a', 5000);
		await queue('unknown');
		expect(permits.get('unknown')?.use('bad')).toBe(false);
		expect(permits.get('unknown')?.use('good')).toBe(true);
	});

	test('is held for a rate limit as well, but not for one without a time', async () => {
		const { clock, admitted, permits, queue } = open(8);
		await queue('a', bad);
		permits.get('a')?.unavailable('rateLimit', 1000);
		void queue('b', { ...bad, maxWaitMs: 60_000 });
		await settled();
		expect(admitted).toEqual(['a']);
		await clock.advance(1000);
		permits.get('b')?.unavailable('rateLimit');
		await queue('c', bad);
		expect(admitted).toEqual(['a', 'b', 'c']);
	});
});
