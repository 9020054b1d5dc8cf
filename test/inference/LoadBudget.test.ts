import { LoadBudget } from '../../inference/LoadBudget';
import { failureOf } from '../support/cannedResponse';
import { settled } from '../support/fakeClock';

function open(maxLength: number) {
	const budget = new LoadBudget(maxLength);
	const started: string[] = [];
	const releases = new Map<string, () => void>();
	const reserve = async (name: string, length: number, signal?: AbortSignal) => {
		releases.set(name, await budget.reserve(length, signal));
		started.push(name);
	};
	const release = async (name: string) => {
		releases.get(name)?.();
		await settled();
	};
	return { started, reserve, release };
}

describe('LoadBudget', () => {
	test('starts loads in order while they fit, and the others as room comes free', async () => {
		const { started, reserve, release } = open(100);
		for (const name of ['a', 'b', 'c', 'd']) void reserve(name, 40);
		await settled();
		expect(started).toEqual(['a', 'b']);
		await release('a');
		expect(started).toEqual(['a', 'b', 'c']);
		await release('b');
		await release('c');
		expect(started).toEqual(['a', 'b', 'c', 'd']);
	});

	test('starts a load that is larger than the budget when it is alone', async () => {
		const { started, reserve, release } = open(100);
		void reserve('small', 1);
		void reserve('large', 1000);
		await settled();
		expect(started).toEqual(['small']);
		await release('small');
		expect(started).toEqual(['small', 'large']);
	});

	test('never makes a request without images wait', async () => {
		const { started, reserve } = open(100);
		void reserve('large', 1000);
		void reserve('none', 0);
		await settled();
		expect(started.sort()).toEqual(['large', 'none']);
	});

	test('lets a waiting load leave on Stop, and starts the next one', async () => {
		const { started, reserve, release } = open(100);
		const stop = new AbortController();
		void reserve('a', 60);
		const left = failureOf(reserve('b', 90, stop.signal));
		void reserve('c', 40);
		await settled();
		stop.abort();
		expect(await left).toMatchObject({ kind: 'cancelled' });
		await settled();
		expect(started).toEqual(['a', 'c']);
		await release('a');
		expect(await failureOf(reserve('d', 1, stop.signal))).toMatchObject({ kind: 'cancelled' });
	});
});
