import { openaiClient } from '../support/openaiClient';
import { useSimulator } from '../support/useSimulator';

const simulator = useSimulator();
const url = () => `${simulator.weaveUrl}/inference/catalog/models`;

test('publishes the catalog of models in the documented format, without a key', async () => {
	const response = await fetch(url());
	const { models } = (await response.json()) as { models: object[] };
	expect(models).toHaveLength(11);
	expect(models[4]).toEqual({
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
		featureLoRA: false,
		modalitiesInput: ['text'],
		modalitiesOutput: ['text'],
		descriptionShort: 'Model for long tasks of agents and for code',
		license: 'MIT',
	});
});

test('a fault of the catalog leaves the other endpoints alone', async () => {
	simulator.fault({ path: 'catalog', fault: { kind: 'status', status: 503 } });
	expect((await fetch(url())).status).toBe(503);
	expect((await openaiClient(simulator).models.list()).data).toHaveLength(11);
});
