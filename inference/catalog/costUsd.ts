import type { TokenUsage } from '../completion/completionParts';
import type { CatalogModel } from './readCatalog';

export type ModelPrice = Pick<
	CatalogModel,
	'inputUsdPerMillion' | 'cachedUsdPerMillion' | 'outputUsdPerMillion'
>;

/** Prices are whole cents per billion tokens, so costs are whole multiples of this. */
const unitsPerUsd = 1e11;
const unitsPerUsdPerMillion = unitsPerUsd / 1e6;

/**
 * What the tokens of a completion cost, in USD; `undefined` if a price or a count is not known. The
 * cached part of the prompt has a price of its own, if the model has one.
 */
export function costUsd(usage: TokenUsage, price: ModelPrice): number | undefined {
	const { promptTokens, completionTokens, cachedTokens = 0 } = usage;
	const { inputUsdPerMillion, outputUsdPerMillion } = price;
	if (promptTokens === undefined || completionTokens === undefined) return undefined;
	if (inputUsdPerMillion === undefined || outputUsdPerMillion === undefined) return undefined;
	const { cachedUsdPerMillion = inputUsdPerMillion } = price;
	const cached = Math.min(cachedTokens, promptTokens);
	const units =
		(promptTokens - cached) * unitsOf(inputUsdPerMillion) +
		cached * unitsOf(cachedUsdPerMillion) +
		completionTokens * unitsOf(outputUsdPerMillion);
	return units / unitsPerUsd;
}

/** The sum of costs, without the error of binary fractions; `undefined` if one is not known. */
export function addUsd(left: number | undefined, right: number | undefined): number | undefined {
	if (left === undefined || right === undefined) return undefined;
	return Math.round((left + right) * unitsPerUsd) / unitsPerUsd;
}

function unitsOf(usdPerMillion: number): number {
	return Math.round(usdPerMillion * unitsPerUsdPerMillion);
}
