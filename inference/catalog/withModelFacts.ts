import type { InferenceError } from '../InferenceError';
import type { Catalog } from './CatalogRegistry';
import { nearestModels } from './nearestModels';

/** The error with what the catalog knows about the model that it is about. */
export function withModelFacts(
	error: InferenceError,
	model: string,
	catalog: Catalog,
): InferenceError {
	if (error.kind === 'notFound' && error.reason === undefined) {
		const isRetired = catalog.known(model)?.stage === 'retired';
		const suggestedModels = nearestModels(model, catalog.models());
		return suggestedModels.length > 0 || isRetired
			? error.with({ suggestedModels, ...(isRetired ? { reason: 'modelRetired' } : {}) })
			: error;
	}
	const { contextWindow } = catalog.known(model) ?? {};
	return error.reason === 'contextLength' && contextWindow !== undefined
		? error.with({ contextWindow })
		: error;
}
