import { NodeApiError, type ILoadOptionsFunctions, type INodeListSearchResult } from 'n8n-workflow';
import type { CatalogModel } from '../../inference/catalog/readCatalog';
import { InferenceError } from '../../inference/InferenceError';
import { listModels } from '../../inference/listModels';
import { openClient } from '../../inference/openClient';
import { adviceFor } from './advice';
import { toNodeError } from './nodeError';

/**
 * The live list behind 'From List', filtered by what the user typed: words of the ID or name, or
 * features. Retired models are left out, and deprecated ones come last.
 */
export async function searchModels(
	this: ILoadOptionsFunctions,
	filter = '',
): Promise<INodeListSearchResult> {
	try {
		const client = await openClient(this);
		const models = await listModels(client);
		await client.catalog.load();
		const words = filter.toLowerCase().split(/\s+/);
		return {
			results: models
				.map(({ id }) => ({ id, known: client.catalog.known(id) }))
				.filter(({ known }) => known?.stage !== 'retired')
				.filter((model) => words.every((word) => textOf(model).includes(word)))
				.sort(inOrder)
				.map((model) => ({ name: nameOf(model), value: model.id })),
		};
	} catch (error) {
		throw listError.call(this, error);
	}
}

interface ListedModel {
	id: string;
	known?: CatalogModel;
}

function textOf({ id, known }: ListedModel): string {
	return [id, known?.label ?? '', ...(known?.features ?? [])].join(' ').toLowerCase();
}

function inOrder(left: ListedModel, right: ListedModel): number {
	return (
		Number(isDeprecated(left)) - Number(isDeprecated(right)) || left.id.localeCompare(right.id)
	);
}

function isDeprecated({ known }: ListedModel): boolean {
	return known?.stage === 'deprecated';
}

/**
 * The ID, then what people choose by, e.g. `openai/gpt-oss-20b · $0.03/$0.13 · 131k · tools`. n8n
 * shows nothing but this name, on one line that has room for about 55 characters.
 */
function nameOf(model: ListedModel): string {
	const { id, known } = model;
	const title = isDeprecated(model) ? `${id} (deprecated)` : id;
	if (known === undefined) return title;
	const facts = [pricesOf(known), contextOf(known), shownFeaturesOf(known)];
	return [title, ...facts].filter((part) => part !== '').join(' · ');
}

/** USD per million tokens of input and output. */
function pricesOf({ inputUsdPerMillion, outputUsdPerMillion }: CatalogModel): string {
	if (inputUsdPerMillion === undefined || outputUsdPerMillion === undefined) return '';
	return `${inUsd(inputUsdPerMillion)}/${inUsd(outputUsdPerMillion)}`;
}

function inUsd(price: number): string {
	const digits = { minimumFractionDigits: 2, maximumFractionDigits: 5 };
	return `$${price.toLocaleString('en-US', digits)}`;
}

function contextOf({ contextWindow = 0 }: CatalogModel): string {
	if (contextWindow === 0) return '';
	const thousands = Math.round(contextWindow / 1000);
	return thousands < 1000 ? `${thousands}k` : `${Number((thousands / 1000).toFixed(1))}M`;
}

const shownFeatures = ['tools', 'vision', 'reasoning'];

/** The features that not nearly every model has. */
function shownFeaturesOf({ features }: CatalogModel): string {
	return shownFeatures.filter((feature) => features.includes(feature)).join(', ');
}

/** The model picker shows only the message, so the message includes the advice. */
function listError(this: ILoadOptionsFunctions, error: unknown): Error {
	if (!(error instanceof InferenceError))
		return toNodeError(this.getNode(), error, { node: 'chat', itemIndex: 0, itemCount: 1 });
	return new NodeApiError(
		this.getNode(),
		{},
		{
			message: `${error.message}. ${adviceFor(error, 'chat')} You can still enter a model by ID.`,
			httpCode: error.status === undefined ? undefined : String(error.status),
		},
	);
}
