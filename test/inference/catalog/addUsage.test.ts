import { addUsage } from '../../../inference/catalog/addUsage';

test('counts and costs add up', () => {
	const left = { promptTokens: 10, completionTokens: 5, totalTokens: 15, costUsd: 0.1 };
	const right = { promptTokens: 1, completionTokens: 2, cachedTokens: 1, costUsd: 0.2 };
	expect(addUsage(left, right)).toEqual({
		promptTokens: 11,
		completionTokens: 7,
		totalTokens: 15,
		cachedTokens: 1,
		costUsd: 0.3,
	});
});

test('the cost is unknown if one of the costs is', () => {
	expect(addUsage({ promptTokens: 1, costUsd: 0.1 }, { promptTokens: 1 })).toEqual({
		promptTokens: 2,
	});
	expect(addUsage({ promptTokens: 1, costUsd: 0.1 }, undefined)).toEqual({ promptTokens: 1 });
	expect(addUsage(undefined, { promptTokens: 1, costUsd: 0.1 })).toEqual({ promptTokens: 1 });
});

test('no usage is no usage', () => {
	expect(addUsage(undefined, undefined)).toBeUndefined();
});
