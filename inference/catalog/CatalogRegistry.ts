import { defaultWeaveUrl, type Connection } from '../http/connection';
import type { Transport } from '../http/transport';
import type { Clock } from '../pacing/clock';
import { ModelCatalog } from './ModelCatalog';
import type { CatalogModel } from './readCatalog';

/** The catalog as one execution sees it. */
export interface Catalog {
	/** What is known about a model at this moment, without waiting. */
	known(modelId: string): CatalogModel | undefined;
	/** All models that are known at this moment. */
	models(): CatalogModel[];
	/** Waits until the models are known, for at most a few seconds. Never rejects. */
	load(): Promise<void>;
}

/** Knows nothing. */
export const emptyCatalog: Catalog = {
	known: () => undefined,
	models: () => [],
	load: async () => await Promise.resolve(),
};

/** Keeps one catalog per address, which all executions of the process share. */
export class CatalogRegistry {
	private readonly catalogs = new Map<string, ModelCatalog>();

	constructor(private readonly clock: Clock) {}

	/**
	 * The catalog for a connection; it is already being loaded, in the background. `createTransport`
	 * must not send the API key.
	 */
	open(
		{ baseUrl, weaveUrl }: Pick<Connection, 'baseUrl' | 'weaveUrl'>,
		createTransport: (weaveUrl: string) => Transport,
	): Catalog {
		if (weaveUrl === undefined || !describesModelsOf(baseUrl, weaveUrl)) return emptyCatalog;
		const catalog = this.catalogs.get(weaveUrl) ?? new ModelCatalog(this.clock);
		this.catalogs.set(weaveUrl, catalog);
		const transport = createTransport(weaveUrl);
		catalog.refresh(transport);
		return {
			known: (modelId) => {
				catalog.refresh(transport);
				return catalog.known(modelId);
			},
			models: () => catalog.all(),
			load: async () => {
				catalog.refresh(transport);
				await catalog.loaded();
			},
		};
	}
}

/**
 * W&B's own catalog says nothing about the models and prices of another service, so it only counts
 * there if the user chose its address.
 */
function describesModelsOf(baseUrl: string, weaveUrl: string): boolean {
	const isDefault = new URL(weaveUrl).href === new URL(defaultWeaveUrl).href;
	return !isDefault || new URL(baseUrl).hostname === 'api.inference.wandb.ai';
}
