import type { Catalog } from '../../inference/catalog/CatalogRegistry';
import type { ModelPrice } from '../../inference/catalog/costUsd';
import { effectiveFormat } from '../../inference/chatRequest';
import { ParameterError } from '../shared/ParameterError';
import type { ChatParameters } from './readParameters';
import type { ItemSize } from './ItemEstimates';
import type { Budget } from './RunBudget';

/** Images are not loaded to estimate their tokens, of which they have some thousands at most. */
const lengthOfImages = 10_000;

/**
 * What decides how much an item may use of the budget. Throws a `ParameterError` if the budget is in
 * USD and the price of a model that may answer is not known.
 */
export async function sizeOfItem(
	parameters: Pick<ChatParameters, 'request' | 'fallbackModels' | 'repairAttempts' | 'simplify'>,
	/** Whether the tools of the request are run for the model. */
	callsTools: boolean,
	budget: Budget,
	catalog: Pick<Catalog, 'known'>,
): Promise<ItemSize> {
	const { request, fallbackModels, repairAttempts, simplify } = parameters;
	const { fields, tools, responseFormat, extraBody, loadLength } = request;
	const messages = loadLength > 0 ? lengthOfImages : lengthOf(await request.readMessages());
	const isRepaired = simplify && effectiveFormat(request).type !== 'text';
	const body = { ...fields, ...extraBody };
	const models = [request.model, ...fallbackModels];
	return {
		promptLength: messages + lengthOf([tools, responseFormat, extraBody]),
		maxTokens: countIn(body.max_tokens) ?? countIn(body.max_completion_tokens),
		choiceCount: countIn(body.n) ?? 1,
		requestCount: isRepaired ? 1 + repairAttempts : 1,
		callsTools,
		price:
			budget.maxUsd === undefined
				? {}
				: highestPrice(models.map((model) => priceOf(model, catalog))),
	};
}

function priceOf(model: string, catalog: Pick<Catalog, 'known'>): ModelPrice {
	const price = catalog.known(model);
	if (price?.inputUsdPerMillion !== undefined && price.outputUsdPerMillion !== undefined) {
		return price;
	}
	throw new ParameterError(
		`The price of the model '${model}' is not known, so 'Max Cost (USD)' in 'Budget' cannot be kept`,
		"Use 'Max Tokens' in 'Budget' instead, or select a model whose price the list shows.",
	);
}

/** Any of the models may answer, so the budget must be enough for the most expensive one. */
function highestPrice(prices: ModelPrice[]): ModelPrice {
	return {
		inputUsdPerMillion: Math.max(...prices.map((price) => price.inputUsdPerMillion ?? 0)),
		outputUsdPerMillion: Math.max(...prices.map((price) => price.outputUsdPerMillion ?? 0)),
	};
}

function countIn(value: unknown): number | undefined {
	return typeof value === 'number' && value > 0 ? value : undefined;
}

function lengthOf(value: unknown): number {
	return JSON.stringify(value).length;
}
