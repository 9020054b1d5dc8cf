import type { SimulatedModel } from './models';

/** The body of `GET /inference/catalog/models`, with the field names of W&B's published schema. */
export function modelCatalog(models: readonly SimulatedModel[]): object {
	return { models: models.map(catalogEntry) };
}

function catalogEntry({ id, contextTokens, catalog = {} }: SimulatedModel): object {
	const { usdPerMillion: price, readsImages = false } = catalog;
	return {
		idPlayground: id,
		label: catalog.label ?? id,
		lifecycleStage: catalog.stage ?? 'general-availability',
		contextWindow: contextTokens,
		priceCentsPerBillionTokensInput: centsPerBillion(price?.input),
		priceCentsPerBillionTokensCached: centsPerBillion(price?.cached),
		priceCentsPerBillionTokensOutput: centsPerBillion(price?.output),
		featureReasoning: catalog.reasons ?? true,
		featureJsonMode: true,
		featureStructuredOutput: true,
		featureToolCalling: catalog.callsTools ?? true,
		featureLoRA: catalog.takesAdapters ?? false,
		modalitiesInput: readsImages ? ['text', 'image'] : ['text'],
		modalitiesOutput: ['text'],
		descriptionShort: catalog.description ?? '',
		license: catalog.license ?? '',
	};
}

function centsPerBillion(usdPerMillion = 0): number {
	return Math.round(usdPerMillion * 100_000);
}
