import type { CatalogModel } from '../../../inference/catalog/readCatalog';
import { sizeOfItem } from '../../../nodes/WandbInferenceChat/sizeOfItem';

const models: CatalogModel[] = [
	{ id: 'a/cheap-prompts', inputUsdPerMillion: 1, outputUsdPerMillion: 5, features: [] },
	{ id: 'a/cheap-answers', inputUsdPerMillion: 3, outputUsdPerMillion: 2, features: [] },
];
const catalog = { known: (modelId: string) => models.find(({ id }) => id === modelId) };

test('the budget must be enough for the highest prices of all models that may answer', async () => {
	const size = await sizeOfItem(
		{
			request: {
				model: 'a/cheap-prompts',
				readMessages: async () => [{ role: 'user', content: 'Hi' }],
				loadLength: 0,
				fields: {},
				responseFormat: { type: 'text' },
				tools: [],
				stream: true,
				extraBody: {},
			},
			fallbackModels: ['a/cheap-answers'],
			repairAttempts: 1,
			simplify: true,
		},
		false,
		{ maxUsd: 1 },
		catalog,
	);
	expect(size.price).toEqual({ inputUsdPerMillion: 3, outputUsdPerMillion: 5 });
});
