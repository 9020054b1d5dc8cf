import type { INodeParameters } from 'n8n-workflow';
import type { Transport } from '../../inference/http/transport';
import { listModels } from '../../inference/listModels';
import type { InferenceClient } from '../../inference/openClient';
import { adviceFor } from '../../nodes/shared/advice';
import { WandbInferenceChat } from '../../nodes/WandbInferenceChat/WandbInferenceChat.node';
import { chunksOf, failureOf, jsonHeaders, respond } from '../support/cannedResponse';
import { runChatNode } from '../support/chatNode';
import { createExecuteContext, type NodeRun } from '../../tools/engine/createExecuteContext';
import type { Simulator } from '../../tools/simulator/simulator';
import type { SimulatedModel } from '../../tools/simulator/models';
import { startStrictSimulator, useSimulator } from '../support/useSimulator';

const simulator = useSimulator();

describe('model: getMany', () => {
	const getMany = (parameters: INodeParameters, credential = {}) => ({
		baseUrl: `${simulator.baseUrl}/`,
		credential,
		parameters: { resource: 'model', operation: 'getMany', ...parameters },
		items: [{}, {}],
	});

	test('lists the models of the service with a single request', async () => {
		const { items } = await runChatNode(getMany({ returnAll: true }));
		expect(items.map(({ json }) => json.id)).toContain('openai/gpt-oss-20b');
		expect(simulator.requests).toHaveLength(1);
		expect(items[3]?.pairedItem).toEqual({ item: 0 });
	});

	test('returns no more than the limit', async () => {
		expect((await runChatNode(getMany({ returnAll: false, limit: 2 }))).items).toHaveLength(2);
		const wrong = runChatNode(getMany({ returnAll: false, limit: '={{ "few" }}' }));
		await expect(wrong).rejects.toThrow("'Limit' is not a number");
	});

	test.each([0, -1, '={{ "-5" }}'])('rejects the limit %p before any request', async (limit) => {
		await expect(runChatNode(getMany({ returnAll: false, limit }))).rejects.toMatchObject({
			message: "'Limit' is below one",
			description: "Enter 1 or more for 'Limit'.",
		});
		expect(simulator.requests).toEqual([]);
	});

	test.each(['={{ "TRUE" }}', '={{ " true " }}', '={{ 1 }}'])(
		'ignores the limit if Return All is %s',
		async (returnAll) => {
			const { items } = await runChatNode(getMany({ returnAll, limit: 1 }));
			expect(items.length).toBeGreaterThan(1);
		},
	);

	test('applies the limit if Return All resolves to nothing, and rejects other values', async () => {
		const limited = getMany({ returnAll: '={{ $json.nothing }}', limit: 1 });
		expect((await runChatNode(limited)).items).toHaveLength(1);
		await expect(runChatNode(getMany({ returnAll: '={{ "all" }}' }))).rejects.toThrow(
			"'Return All' is neither true nor false",
		);
	});

	test('lists more than the usual 50 only with Return All', async () => {
		const body = JSON.stringify({
			data: Array.from({ length: 60 }, (_, id) => ({ id: `m${id}` })),
		});
		simulator.fault({
			path: 'models',
			fault: { kind: 'body', contentType: 'application/json', body },
		});
		expect((await runChatNode(getMany({ returnAll: true }))).items).toHaveLength(60);
		expect((await runChatNode(getMany({}))).items).toHaveLength(50);
	});

	test('fails with an error, or returns an error item under Continue', async () => {
		const run = getMany({ returnAll: true }, { apiKey: 'wrong-key' });
		await expect(runChatNode(run)).rejects.toMatchObject({
			message: 'Authentication failed',
			context: { itemIndex: 0 },
		});
		const { items } = await runChatNode({ ...run, onError: 'continueRegularOutput' });
		expect(items).toMatchObject([{ json: { error: 'Authentication failed' } }]);
	});
});

describe('model search', () => {
	const search = async (filter: string | undefined, credential = {}, changes = {}) => {
		const run = { baseUrl: simulator.baseUrl, credential };
		const context = Object.assign(createExecuteContext(run), changes);
		return await new WandbInferenceChat().methods.listSearch.searchModels.call(
			context as never,
			filter,
		);
	};

	test('finds models by parts of their name, sorted', async () => {
		const all = (await search(undefined)).results.map(({ value }) => value);
		expect(all).toContain('openai/gpt-oss-20b');
		expect(all).toEqual([...all].sort((left, right) => String(left).localeCompare(String(right))));
		expect((await search('OSS 120')).results).toEqual([
			{ name: 'openai/gpt-oss-120b', value: 'openai/gpt-oss-120b' },
		]);
		expect((await search('nothing like it')).results).toEqual([]);
	});

	test('says why there is no list, and that an ID still works', async () => {
		await expect(search('', { apiKey: 'wrong-key' })).rejects.toMatchObject({
			message: expect.stringMatching(
				/^Authentication failed\. Check the API key.*enter a model by ID/,
			),
			httpCode: '401',
		});
		await expect(search('', { baseUrl: 'nowhere' })).rejects.toMatchObject({
			message: expect.stringContaining('The base URL in the credential'),
			httpCode: null,
		});
	});

	test("passes on n8n's own errors, such as a missing credential", async () => {
		const getCredentials = async () => await Promise.reject(new Error('No credential is set'));
		await expect(search('', {}, { getCredentials })).rejects.toMatchObject({
			message: 'No credential is set',
			context: { itemIndex: 0 },
		});
	});
});

describe('with a catalog', () => {
	const model = (id: string, catalog: SimulatedModel['catalog']): SimulatedModel => {
		return { id, reasoning: 'off', contextTokens: 131_072, catalog };
	};
	const models = [
		model('a/Old', { stage: 'deprecated', usdPerMillion: { input: 3, output: 12.5 } }),
		model('b/Gone', { stage: 'retired' }),
		model('c/Seeing', { label: 'Eagle', readsImages: true, callsTools: false, reasons: false }),
		model('d/Cheap', { usdPerMillion: { input: 0.03, cached: 0.005, output: 0.125 } }),
		{ ...model('e/Long', { reasons: false, callsTools: false }), contextTokens: 1_048_576 },
	];

	/** Its own for each test, because the process remembers the catalog of each address. */
	let service: Simulator;

	beforeEach(async () => {
		service = await startStrictSimulator({ models });
	});
	afterEach(async () => await service.close());

	const credential = () => ({ weaveUrl: service.weaveUrl });

	const searchIn = async (filter?: string) => {
		const context = createExecuteContext({ baseUrl: service.baseUrl, credential: credential() });
		const { searchModels } = new WandbInferenceChat().methods.listSearch;
		return (await searchModels.call(context as never, filter)).results;
	};

	const getMany = async (changes: Partial<NodeRun> = {}) => {
		const { baseUrl } = service;
		const parameters = { resource: 'model', operation: 'getMany', returnAll: true };
		const run = { baseUrl, credential: credential(), parameters, ...changes };
		return (await runChatNode(run)).items.map(({ json }) => json);
	};

	/** The service lists these models, whatever is in the catalog. */
	const list = (...data: object[]) => {
		const body = JSON.stringify({ data });
		service.fault({
			path: 'models',
			fault: { kind: 'body', contentType: 'application/json', body },
		});
	};

	const breakCatalog = () =>
		service.fault({ path: 'catalog', fault: { kind: 'status', status: 500 } });

	test('the list shows price, context, and features; deprecated last, and not retired', async () => {
		expect(await searchIn()).toEqual([
			{ name: 'c/Seeing · 131k · vision', value: 'c/Seeing' },
			{ name: 'd/Cheap · $0.03/$0.125 · 131k · tools, reasoning', value: 'd/Cheap' },
			{ name: 'e/Long · 1M', value: 'e/Long' },
			{
				name: 'a/Old (deprecated) · $3.00/$12.50 · 131k · tools, reasoning',
				value: 'a/Old',
			},
		]);
	});

	test.each([
		['tools', ['d/Cheap', 'a/Old']],
		['VISION', ['c/Seeing']],
		['reasoning tools', ['d/Cheap', 'a/Old']],
		['structured output cheap', ['d/Cheap']],
		['eagle', ['c/Seeing']],
		['retired', []],
		['gone', []],
	])('the list is searched for %s', async (filter, expected) => {
		expect((await searchIn(filter)).map(({ value }) => value)).toEqual(expected);
	});

	test('a model that is not in the catalog stays in the list, with its ID alone', async () => {
		list({ id: 'z/Own' }, { id: 'd/Cheap' }, { id: '__proto__' });
		const names = (await searchIn()).map(({ name }) => name);
		expect(names).toHaveLength(3);
		expect(names).toEqual(expect.arrayContaining(['z/Own', '__proto__']));
	});

	test('the list shows IDs if the catalog cannot be read', async () => {
		breakCatalog();
		const ids = models.map(({ id }) => id);
		expect(await searchIn()).toEqual(ids.map((id) => ({ name: id, value: id })));
	});

	test('Get Many adds what the catalog knows', async () => {
		const [old, gone, , cheap] = await getMany();
		expect(cheap).toEqual({
			id: 'd/Cheap',
			object: 'model',
			created: 0,
			owned_by: 'system',
			root: 'd/Cheap',
			contextWindow: 131_072,
			inputUsdPerMillion: 0.03,
			cachedUsdPerMillion: 0.005,
			outputUsdPerMillion: 0.125,
			features: ['tools', 'reasoning', 'json', 'structured output'],
			stage: 'general-availability',
		});
		expect(old).toMatchObject({ stage: 'deprecated', outputUsdPerMillion: 12.5 });
		expect(gone).toMatchObject({ id: 'b/Gone', stage: 'retired' });
		expect(gone).not.toHaveProperty('inputUsdPerMillion');
	});

	test('Get Many keeps what the service itself says, and fills in what it leaves out', async () => {
		list({ id: 'd/Cheap', stage: 'beta', contextWindow: null, features: [] });
		expect(await getMany()).toMatchObject([
			{ stage: 'beta', contextWindow: 131_072, features: [], inputUsdPerMillion: 0.03 },
		]);
	});

	test('Get Many gives what the service says if the catalog cannot be read', async () => {
		breakCatalog();
		expect(Object.keys((await getMany())[0] ?? {})).toEqual([
			...['id', 'object', 'created', 'owned_by', 'root'],
		]);
	});

	test('Get Many gives an agent nothing but IDs', async () => {
		const items = await getMany({ nodeType: 'n8n-nodes-wandb-inference.wandbInferenceChatTool' });
		expect(items).toEqual(models.map(({ id }) => ({ id })));
	});
});

describe('listModels', () => {
	const list = async (status: number, body: string) => {
		const transport: Transport = async (request) => {
			expect(request).toMatchObject({ method: 'GET', path: '/models', timeoutMs: 60_000 });
			const headers = { ...jsonHeaders, 'x-request-id': 'req-7' };
			return await Promise.resolve(respond({ status, headers, chunks: chunksOf([body]) }));
		};
		return await listModels({ transport } as InferenceClient);
	};

	test('returns every model that has an ID, with all its fields', async () => {
		const models = [{ id: 'a', owned_by: 'b' }, { id: 5 }, null, 'c', {}, { id: 'd' }];
		const listed = [{ id: 'a', owned_by: 'b' }, { id: 'd' }];
		expect(await list(200, JSON.stringify({ data: models }))).toEqual(listed);
		expect(await list(299, '{"data":[]}')).toEqual([]);
	});

	test.each(['<html>', 'null', '[]', '5', '{}', '{"data":{"id":"a"}}', '{"data":null}'])(
		'rejects %s, which is not a list of models, and says where to look',
		async (body) => {
			const error = await failureOf(list(200, body));
			expect(error).toMatchObject({
				kind: 'invalidAnswer',
				message: 'The response is not a list of models',
				status: 200,
				requestId: 'req-7',
			});
			expect(adviceFor(error, 'chat')).toMatch(/'Base URL'.*\/v1/);
		},
	);

	test.each([199, 300])('treats a response with status %i as an error', async (status) => {
		const expected = { message: 'No', status, requestId: 'req-7' };
		expect(await failureOf(list(status, '{"data":[],"message":"No"}'))).toMatchObject(expected);
	});
});
