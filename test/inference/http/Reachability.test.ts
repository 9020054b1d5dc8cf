import { Reachability } from '../../../inference/http/Reachability';

function setUp() {
	let nowMs = 0;
	return { reachability: new Reachability(() => nowMs), wait: (ms: number) => (nowMs += ms) };
}

const answers = async () => await Promise.resolve({ statusCode: 404 });
const fails = async () => await Promise.reject(new Error('timeout'));

test('an address that has responded within a minute is not asked again', async () => {
	const { reachability, wait } = setUp();
	expect(reachability.isProven).toBe(false);
	reachability.sawResponse();
	wait(59_000);
	const probe = jest.fn(fails);
	expect(await reachability.check(probe)).toBe(true);
	expect(probe).not.toHaveBeenCalled();
	wait(2000);
	expect(await reachability.check(probe)).toBe(false);
});

test('any response to the probe proves the address', async () => {
	const { reachability } = setUp();
	expect(await reachability.check(answers)).toBe(true);
	expect(reachability.isProven).toBe(true);
});

test('requests that ask at the same time share a probe, later ones ask again', async () => {
	const { reachability } = setUp();
	const probe = jest.fn(fails);
	const checks = [reachability.check(probe), reachability.check(probe)];
	expect(await Promise.all(checks)).toEqual([false, false]);
	expect(probe).toHaveBeenCalledTimes(1);
	await reachability.check(probe);
	expect(probe).toHaveBeenCalledTimes(2);
});

test('a response that arrives while the probe fails counts', async () => {
	const { reachability } = setUp();
	const probe = async () => {
		reachability.sawResponse();
		return await fails();
	};
	expect(await reachability.check(probe)).toBe(true);
});
