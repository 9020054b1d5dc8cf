import { GovernorRegistry } from '../../../inference/pacing/GovernorRegistry';
import { failureOf } from '../../support/cannedResponse';
import { FakeClock } from '../../support/fakeClock';

describe('GovernorRegistry', () => {
	const run = { maxConcurrency: 64 };
	const adaptive = { mode: 'adaptive', maxConcurrency: 64 } as const;

	test('gives one account one governor, whatever its Max Concurrency', () => {
		const registry = new GovernorRegistry(new FakeClock());
		const governor = registry.governorFor('account', 'node', adaptive);
		expect(registry.governorFor('account', 'node', { ...adaptive, maxConcurrency: 4 })).toBe(
			governor,
		);
		expect(
			registry.governorFor('account', 'node', { mode: 'fixed', maxConcurrency: 3 }).limit,
		).toBe(3);
		expect(registry.size).toBe(2);
	});

	test('does not let one account slow another down', async () => {
		const registry = new GovernorRegistry(new FakeClock());
		const one = registry.governorFor('one', 'node', { mode: 'fixed', maxConcurrency: 1 });
		const held = await one.acquire({ run });
		const other = await registry
			.governorFor('two', 'node', { mode: 'fixed', maxConcurrency: 1 })
			.acquire({ run });
		const slow = await registry.governorFor('three', 'node', adaptive).acquire({ run });
		slow?.rejected();
		const free = await registry.governorFor('four', 'node', adaptive).acquire({ run });
		expect(registry.governorFor('three', 'node', adaptive).limit).toBe(1);
		expect(registry.governorFor('four', 'node', adaptive).limit).toBe(8);
		for (const permit of [held, other, free]) permit?.succeeded();
	});

	test('forgets a governor that nobody has used for ten minutes', async () => {
		const clock = new FakeClock();
		const registry = new GovernorRegistry(clock);
		const unused = registry.governorFor('unused', 'node', adaptive);
		const used = registry.governorFor('used', 'node', adaptive);
		const permit = await used.acquire({ run });
		await clock.advance(10 * 60_000);
		expect(registry.governorFor('unused', 'node', adaptive)).toBe(unused);
		await clock.advance(1);
		expect(registry.governorFor('used', 'node', adaptive)).toBe(used);
		expect(registry.size).toBe(1);
		permit?.succeeded();
		await clock.advance(10 * 60_000);
		expect(registry.governorFor('used', 'node', adaptive)).toBe(used);
		await clock.advance(1);
		expect(registry.governorFor('used', 'node', adaptive)).not.toBe(used);
	});

	test('counts the ten minutes from when the last caller left the queue, too', async () => {
		const clock = new FakeClock();
		const registry = new GovernorRegistry(clock);
		const governor = registry.governorFor('account', 'node', adaptive);
		(await governor.acquire({ run, model: 'm' }))?.unavailable('overloaded', 60_000);
		const stop = new AbortController();
		const left = failureOf(governor.acquire({ run, model: 'm', signal: stop.signal }));
		await clock.advance(30_000);
		stop.abort();
		await left;
		await clock.advance(10 * 60_000);
		expect(registry.governorFor('account', 'node', adaptive)).toBe(governor);
		await clock.advance(1);
		expect(registry.governorFor('account', 'node', adaptive)).not.toBe(governor);
	});

	test('gives each fixed number a governor of its own', () => {
		const registry = new GovernorRegistry(new FakeClock());
		const limits = [3, 4, 3].map((concurrency) =>
			registry.governorFor('account', 'node', { mode: 'fixed', maxConcurrency: concurrency }),
		);
		expect(limits.map(({ limit }) => limit)).toEqual([3, 4, 3]);
		expect(limits[2]).toBe(limits[0]);
	});
});
