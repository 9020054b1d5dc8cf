import type { JsonObject } from 'n8n-workflow';
import { parseJson } from '../../../inference/json';
import { readCatalog } from '../../../inference/catalog/readCatalog';

const entry: JsonObject = {
	idPlayground: 'zai-org/GLM-5.2',
	label: 'GLM 5.2',
	lifecycleStage: 'general-availability',
	contextWindow: 1_048_576,
	priceCentsPerBillionTokensInput: 76_000,
	priceCentsPerBillionTokensCached: 14_000,
	priceCentsPerBillionTokensOutput: 242_000,
	featureReasoning: true,
	featureJsonMode: true,
	featureStructuredOutput: true,
	featureToolCalling: true,
	featureLoRA: true,
	modalitiesInput: ['text', 'image'],
	modalitiesOutput: ['text'],
	descriptionShort: 'For long tasks',
	license: 'MIT',
};

const read = (...models: unknown[]) => readCatalog({ models });

describe('readCatalog', () => {
	test('reads every fact under its documented name', () => {
		expect(read(entry)).toEqual([
			{
				id: 'zai-org/GLM-5.2',
				label: 'GLM 5.2',
				stage: 'general-availability',
				contextWindow: 1_048_576,
				inputUsdPerMillion: 0.76,
				cachedUsdPerMillion: 0.14,
				outputUsdPerMillion: 2.42,
				features: ['tools', 'reasoning', 'json', 'structured output', 'lora', 'vision'],
				description: 'For long tasks',
				license: 'MIT',
			},
		]);
	});

	test.each([
		[3000, 0.03],
		[17_000, 0.17],
		[341_000, 3.41],
		[7, 0.00007],
		[123_456, 1.23456],
		[500_000, 5],
	])('converts %i cents per billion tokens to exactly %d USD per million', (cents, usd) => {
		const [model] = read({ ...entry, priceCentsPerBillionTokensInput: cents }) ?? [];
		expect(model?.inputUsdPerMillion).toBe(usd);
	});

	test.each([0, -3000, 0.5, null, '3000', true, [], {}, 1e300])(
		'takes the price or context %j as unknown',
		(value) => {
			const fields = { priceCentsPerBillionTokensInput: value, contextWindow: value };
			const [model] = read({ ...entry, ...fields }) ?? [];
			expect(model?.inputUsdPerMillion).toBeUndefined();
			expect(model?.contextWindow).toBeUndefined();
			expect(model?.outputUsdPerMillion).toBe(2.42);
		},
	);

	test('knows a model of which the catalog has only the ID', () => {
		expect(read({ idPlayground: 'a' })).toEqual([{ id: 'a', features: [] }]);
	});

	test('ignores fields with another name or type', () => {
		const model = {
			idPlayground: ' a ',
			label: 5,
			lifecycle_stage: 'deprecated',
			context_window: 1000,
			price_cents_per_billion_tokens_input: 3000,
			priceUsdPerMillionTokensOutput: 0.13,
			featureReasoning: 'yes',
			featureToolCalling: 1,
			modalitiesInput: 'image',
			descriptionShort: ['text'],
			license: '  ',
		};
		expect(read(model)).toEqual([{ id: 'a', features: [] }]);
	});

	test('skips what is not a model with an ID', () => {
		const others = [null, 5, 'a', [], [entry], {}, { idPlayground: 5 }, { idPlayground: ' ' }];
		expect(read(...others, { id: 'b' }, { id_playground: 'b' }, entry)).toMatchObject([
			{ id: 'zai-org/GLM-5.2' },
		]);
	});

	test.each(['__proto__', 'constructor', 'toString'])('reads a model with the ID %s', (id) => {
		expect(read({ idPlayground: id })).toEqual([{ id, features: [] }]);
	});

	test('changes no prototype', () => {
		const body = '{"models":[{"idPlayground":"a","__proto__":{"label":"b","polluted":true}}]}';
		expect(readCatalog(parseJson(body))).toEqual([{ id: 'a', features: [] }]);
		expect({}).not.toHaveProperty('polluted');
	});

	test.each([undefined, null, 5, 'text', [], [entry], {}, { models: null }, { models: entry }])(
		'does not take %j for a catalog',
		(body) => expect(readCatalog(body)).toBeUndefined(),
	);
});
