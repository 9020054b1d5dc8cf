import { addUsd, costUsd } from '../../../inference/catalog/costUsd';

const price = { inputUsdPerMillion: 0.65, cachedUsdPerMillion: 0.15, outputUsdPerMillion: 3.41 };

test.each([
	['input and output', { promptTokens: 1000, completionTokens: 100 }, 0.000991],
	['cached input', { promptTokens: 1000, completionTokens: 100, cachedTokens: 400 }, 0.000791],
	['only cached input', { promptTokens: 7, completionTokens: 0, cachedTokens: 7 }, 0.00000105],
	['more cached than all', { promptTokens: 10, completionTokens: 0, cachedTokens: 20 }, 0.0000015],
	['a single token', { promptTokens: 1, completionTokens: 1 }, 0.00000406],
	['nothing', { promptTokens: 0, completionTokens: 0 }, 0],
	['a billion tokens', { promptTokens: 1e9, completionTokens: 1e9 }, 4060],
])('%s cost exactly what the prices say', (_, usage, expected) => {
	expect(costUsd(usage, price)).toBe(expected);
});

test('without a price for cached input, it costs as much as other input', () => {
	const usage = { promptTokens: 100, completionTokens: 0, cachedTokens: 50 };
	expect(costUsd(usage, { inputUsdPerMillion: 0.03, outputUsdPerMillion: 0.13 })).toBe(0.000003);
});

test.each([
	[{ completionTokens: 5 }, price],
	[{ promptTokens: 5 }, price],
	[{ promptTokens: 5, completionTokens: 5 }, { outputUsdPerMillion: 1 }],
	[{ promptTokens: 5, completionTokens: 5 }, { inputUsdPerMillion: 1 }],
])('%j at %j has no known cost', (usage, known) => {
	expect(costUsd(usage, known)).toBeUndefined();
});

test('costs add up without the error of binary fractions', () => {
	expect(addUsd(0.1, 0.2)).toBe(0.3);
	expect(addUsd(0.00000000001, 4060)).toBe(4060.00000000001);
	expect(addUsd(undefined, 1)).toBeUndefined();
	expect(addUsd(1, undefined)).toBeUndefined();
});
