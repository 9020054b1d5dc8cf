import { GovernorRegistry } from '../../../inference/pacing/GovernorRegistry';
import { failureOf } from '../../support/cannedResponse';
import { FakeClock } from '../../support/fakeClock';

describe('GovernorRegistry', () => {
	const adaptive = { mode: 'adaptive', maxConcurrency: 64 } as const;

	test('gives one account one governor, whatever its Max Concurrency', () => {
		const registry = new GovernorRegistry(new FakeClock());
		const governor = registry.governorFor('account', adaptive);
		expect(registry.governorFor('account', { ...adaptive, maxConcurrency: 4 })).toBe(governor);
		expect(registry.governorFor('account', { mode: 'fixed', maxConcurrency: 3 }).limit).toBe(3);
		expect(registry.size).toBe(2);
	});

	test('does not let one account slow another down', async () => {
		const registry = new GovernorRegistry(new FakeClock());
		const one = registry.governorFor('one', { mode: 'fixed', maxConcurrency: 1 });
		const held = await one.acquire();
		const other = await registry.governorFor('two', { mode: 'fixed', maxConcurrency: 1 }).acquire();
		const slow = await registry.governorFor('three', adaptive).acquire();
		slow.rejected(60_000);
		const free = await registry.governorFor('four', adaptive).acquire();
		expect(registry.governorFor('three', adaptive).limit).toBe(1);
		expect(registry.governorFor('four', adaptive).limit).toBe(8);
		for (const permit of [held, other, free]) permit.succeeded();
	});

	test('forgets a governor that nobody has used for ten minutes', async () => {
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

	test('counts the ten minutes from when the last caller left the queue, too', async () => {
		const clock = new FakeClock();
		const registry = new GovernorRegistry(clock);
		const governor = registry.governorFor('account', adaptive);
		(await governor.acquire()).ignored(60_000);
		const stop = new AbortController();
		const left = failureOf(governor.acquire(stop.signal));
		await clock.advance(30_000);
		stop.abort();
		await left;
		await clock.advance(10 * 60_000);
		expect(registry.governorFor('account', adaptive)).toBe(governor);
		await clock.advance(1);
		expect(registry.governorFor('account', adaptive)).not.toBe(governor);
	});

	test('gives each fixed number a governor of its own', () => {
		const registry = new GovernorRegistry(new FakeClock());
		const limits = [3, 4, 3].map((concurrency) =>
			registry.governorFor('account', { mode: 'fixed', maxConcurrency: concurrency }),
		);
		expect(limits.map(({ limit }) => limit)).toEqual([3, 4, 3]);
		expect(limits[2]).toBe(limits[0]);
	});
});
