import type { INodeParameters } from 'n8n-workflow';
import type { Transport } from '../../inference/http/transport';
import { listModels } from '../../inference/listModels';
import type { InferenceClient } from '../../inference/openClient';
import { adviceFor } from '../../nodes/shared/advice';
import { WandbInferenceChat } from '../../nodes/WandbInferenceChat/WandbInferenceChat.node';
import { chunksOf, failureOf, jsonHeaders, respond } from '../support/cannedResponse';
import { runChatNode } from '../support/chatNode';
import { createExecuteContext } from '../../tools/engine/createExecuteContext';
import { useSimulator } from '../support/useSimulator';

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
