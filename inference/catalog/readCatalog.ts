import type { JsonObject } from 'n8n-workflow';
import { isJsonObject } from '../json';

/** What the catalog says about a model. Anything it leaves out or words differently is unknown. */
export interface CatalogModel {
	/** As the API takes it. */
	id: string;
	label?: string;
	/** `experimental`, `general-availability`, `deprecated`, `retired`, or what the service adds. */
	stage?: string;
	/** In tokens. */
	contextWindow?: number;
	inputUsdPerMillion?: number;
	/** For the part of the input that the service has cached. */
	cachedUsdPerMillion?: number;
	outputUsdPerMillion?: number;
	/** In words that people search for, such as `tools` and `vision`. */
	features: string[];
	description?: string;
	license?: string;
}

/** The models that the body of a response describes; `undefined` if it is not a catalog. */
export function readCatalog(body: unknown): CatalogModel[] | undefined {
	if (!isJsonObject(body) || !Array.isArray(body.models)) return undefined;
	return body.models.filter(isJsonObject).flatMap((model) => {
		const id = readText(model.idPlayground);
		return id === undefined ? [] : [readModel(id, model)];
	});
}

function readModel(id: string, model: JsonObject): CatalogModel {
	return {
		id,
		label: readText(model.label),
		stage: readText(model.lifecycleStage),
		contextWindow: readCount(model.contextWindow),
		inputUsdPerMillion: readPrice(model.priceCentsPerBillionTokensInput),
		cachedUsdPerMillion: readPrice(model.priceCentsPerBillionTokensCached),
		outputUsdPerMillion: readPrice(model.priceCentsPerBillionTokensOutput),
		features: readFeatures(model),
		description: readText(model.descriptionShort),
		license: readText(model.license),
	};
}

const featureByField: Record<string, string> = {
	featureToolCalling: 'tools',
	featureReasoning: 'reasoning',
	featureJsonMode: 'json',
	featureStructuredOutput: 'structured output',
	featureLoRA: 'lora',
};

function readFeatures(model: JsonObject): string[] {
	const features = Object.entries(featureByField)
		.filter(([field]) => model[field] === true)
		.map(([, feature]) => feature);
	const { modalitiesInput } = model;
	const readsImages = Array.isArray(modalitiesInput) && modalitiesInput.includes('image');
	return readsImages ? [...features, 'vision'] : features;
}

const centsPerBillionInUsdPerMillion = 100_000;

/** Dividing two whole numbers gives the exact decimal, such as 0.03; multiplying by 1e-5 does not. */
function readPrice(value: unknown): number | undefined {
	const cents = readCount(value);
	return cents === undefined ? undefined : cents / centsPerBillionInUsdPerMillion;
}

/** Zero means unknown too. */
function readCount(value: unknown): number | undefined {
	return typeof value === 'number' && Number.isSafeInteger(value) && value > 0 ? value : undefined;
}

function readText(value: unknown): string | undefined {
	const text = typeof value === 'string' ? value.trim() : '';
	return text === '' ? undefined : text;
}
