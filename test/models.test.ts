import type { INodeParameters } from 'n8n-workflow';
import { WandbInferenceChat } from '../nodes/WandbInferenceChat/WandbInferenceChat.node';
import { createExecuteContext, runChatNode } from './support/nodeRun';
import { startSimulator, type Simulator } from './support/simulator/simulator';

let simulator: Simulator;

beforeAll(async () => {
	simulator = await startSimulator();
});
beforeEach(() => simulator.reset());
afterAll(async () => await simulator.close());

describe('model: getMany', () => {
	const getMany = (parameters: INodeParameters, credential = {}) => ({
		baseUrl: `${simulator.baseUrl}/`,
		credential,
		parameters: { resource: 'model', operation: 'getMany', ...parameters },
		items: [{}, {}],
	});

	test('lists what the service lists, asked once', async () => {
		const { items } = await runChatNode(getMany({ returnAll: true }));
		expect(items.map(({ json }) => json.id)).toContain('openai/gpt-oss-20b');
		expect(simulator.requests).toHaveLength(1);
		expect(items[3]?.pairedItem).toEqual({ item: 0 });
	});

	test('keeps to the limit', async () => {
		expect((await runChatNode(getMany({ returnAll: false, limit: 2 }))).items).toHaveLength(2);
	});

	test('fails with advice, or gives an error item', async () => {
		const run = getMany({ returnAll: true }, { apiKey: 'wrong-key' });
		await expect(runChatNode(run)).rejects.toMatchObject({ message: 'Authentication failed' });
		const { items } = await runChatNode({ ...run, onError: 'continueRegularOutput' });
		expect(items).toMatchObject([{ json: { error: 'Authentication failed' } }]);
	});
});

describe('model search', () => {
	const search = async (filter: string | undefined, credential = {}) => {
		const context = createExecuteContext({ baseUrl: simulator.baseUrl, credential });
		return await new WandbInferenceChat().methods.listSearch.searchModels.call(
			context as never,
			filter,
		);
	};

	test('finds models by parts of their name, sorted', async () => {
		const all = (await search(undefined)).results.map(({ value }) => value);
		expect(all).toEqual([...all].sort((left, right) => String(left).localeCompare(String(right))));
		expect((await search('OSS 120')).results).toEqual([
			{ name: 'openai/gpt-oss-120b', value: 'openai/gpt-oss-120b' },
		]);
		expect((await search('nothing like it')).results).toEqual([]);
	});

	test('says why there is no list and that an ID still works', async () => {
		await expect(search('', { apiKey: 'wrong-key' })).rejects.toMatchObject({
			message: expect.stringMatching(
				/^Authentication failed\. Check the API key.*enter a model by ID/,
			),
		});
	});
});
