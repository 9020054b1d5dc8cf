import type { INodeExecutionData, INodeParameters } from 'n8n-workflow';
import type { Fault } from '../../tools/simulator/simulator';
import { chatParameters, type NodeRun } from '../../tools/engine/createExecuteContext';
import { runChatNode, say } from '../support/chatNode';
import { useSimulator } from '../support/useSimulator';
import { waitUntil } from '../support/waitUntil';

const apiKey = 'key-CANARY';
const simulator = useSimulator({ apiKeys: [apiKey] });

/** As for a dedicated instance of W&B. */
const weaveUrl = () => `${simulator.weaveUrl}/traces`;
const credential = () => ({ apiKey, project: 'team/p 1', weaveUrl: weaveUrl() });
const traceToWeave = true;

function runOf(parameters: INodeParameters = {}, changes: Partial<NodeRun> = {}): NodeRun {
	const { options = {}, ...others } = parameters;
	return {
		baseUrl: simulator.baseUrl,
		credential: credential(),
		parameters: chatParameters({
			...others,
			options: { traceToWeave, ...(options as INodeParameters) },
		}),
		...changes,
	};
}

const weaveRequests = () =>
	simulator.requests.filter(({ path }) => /\/calls\/complete|upsert_batch/.test(path));
const items = (count: number) => Array.from({ length: count }, () => ({ json: {} }));
const failWith = (fault: Fault) => simulator.fault({ path: 'weave', fault });

/** The items without what differs between two runs. */
const comparable = (output: INodeExecutionData[]) =>
	output.map(({ json, pairedItem }) => ({ json: { ...json, traceUrl: undefined }, pairedItem }));

test('when off, nothing is sent to Weave', async () => {
	const { items: output } = await runChatNode(runOf({ options: { traceToWeave: false } }));
	expect(weaveRequests()).toEqual([]);
	expect(output[0]!.json).not.toHaveProperty('traceUrl');
});

test('an item is a call, and its request a call below it', async () => {
	const { items: output, hints } = await runChatNode(
		runOf({ ...say('[[answer: fine]]'), options: { temperature: 0 } }),
	);
	expect(hints).toEqual([]);
	const [item, request] = simulator.weaveCalls;
	expect(simulator.weaveCalls).toHaveLength(2);
	const inputs = {
		model: 'openai/gpt-oss-20b',
		temperature: 0,
		messages: [{ role: 'user', content: '[[answer: fine]]' }],
	};
	const { promptTokens, completionTokens, totalTokens } = output[0]!.json.usage as never;
	const summary = {
		usage: {
			'openai/gpt-oss-20b': {
				requests: 1,
				prompt_tokens: promptTokens,
				completion_tokens: completionTokens,
				total_tokens: totalTokens,
			},
		},
	};
	expect(item).toMatchObject({
		project_id: 'team/p 1',
		op_name: 'wandb_inference.item',
		display_name: 'W&B Inference Chat [item 0]',
		attributes: { n8n: { nodeName: 'W&B Inference Chat', itemIndex: 0 } },
		inputs,
		output: { output: 'fine', finishReason: 'stop' },
		summary: { ...summary, status_counts: { success: 2, error: 0 } },
	});
	expect(request).toMatchObject({
		parent_id: item!.id,
		trace_id: item!.trace_id,
		op_name: 'wandb_inference.chat_completion',
		inputs,
		output: { choices: [{ message: { content: 'fine' } }] },
		summary,
	});
	expect(output[0]!.json.traceUrl).toBe(`${simulator.weaveUrl}/team/p%201/weave/calls/${item!.id}`);
	expect(JSON.stringify(simulator.weaveCalls)).not.toContain('wb_user_id');
});

test('requests that fail and repairs are calls of their own', async () => {
	simulator.fault({ times: 1, fault: { kind: 'status', status: 500 } });
	await runChatNode(
		runOf({
			...say('[[answer: no json]]'),
			responseFormat: 'json_object',
			repairAttempts: 1,
		}),
	);
	const [item, failed, first, repair, second] = simulator.weaveCalls;
	expect(simulator.weaveCalls).toHaveLength(5);
	expect(item).toMatchObject({ output: { attempts: 3 } });
	expect(failed).toMatchObject({ parent_id: item!.id, exception: expect.any(String) as string });
	expect(first).toMatchObject({ parent_id: item!.id, op_name: 'wandb_inference.chat_completion' });
	expect(repair).toMatchObject({ parent_id: item!.id, op_name: 'wandb_inference.repair' });
	expect(second).toMatchObject({ parent_id: repair!.id });
	expect(item!.summary).toMatchObject({
		usage: { 'openai/gpt-oss-20b': { requests: 2 } },
		status_counts: { success: 4, error: 1 },
	});
}, 20_000);

test('1,000 items take at most 25 requests to Weave', async () => {
	await runChatNode(runOf(say('[[answer: ok]]'), { items: items(1000) }));
	expect(weaveRequests().length).toBeLessThanOrEqual(25);
	expect(simulator.weaveCalls).toHaveLength(2000);
	const roots = simulator.weaveCalls.filter(({ parent_id: parent }) => parent === undefined);
	expect(roots).toHaveLength(1000);
	const indexes = roots.map(({ attributes: { n8n } }) => (n8n as { itemIndex: number }).itemIndex);
	expect(new Set(indexes).size).toBe(1000);
}, 60_000);

test('images are sent as their type and size', async () => {
	const image = `data:image/png;base64,${Buffer.alloc(5000).toString('base64')}`;
	const messages = { role: 'user', content: 'Look', imageSource: 'url', imageUrl: image };
	await runChatNode(runOf({ messages: { values: [messages] } }));
	expect(JSON.stringify(simulator.weaveCalls)).toContain('[image/png, 5,000 bytes]');
	expect(JSON.stringify(weaveRequests().map(({ body }) => body))).not.toContain('AAAAAAAA');
});

describe('if Weave does not take the traces, only a hint says so', () => {
	test.each([
		[401, 'Authentication failed (HTTP 401). Check the API key in the credential'],
		[
			403,
			'The service denied access (HTTP 403). Check that the API key in the credential can write',
		],
		[413, 'The request is too large for the service (HTTP 413). Shorten the messages'],
		[422, 'The service cannot process the values in this request (HTTP 422). Weave does not'],
		[404, "The address was not found (HTTP 404). Check 'Weave URL' in the credential"],
	])('HTTP %i', async (status, hint) => {
		const run = () => runOf(say('[[answer: ok]]'), { items: items(12) });
		const smooth = await runChatNode(run());
		failWith({ kind: 'status', status, body: { detail: `You sent ${apiKey}` } });
		const { items: output, hints } = await runChatNode(run());
		const withoutCache = (text: string) => text.replace(/"cachedTokens":\d+,?/g, '');
		expect(withoutCache(JSON.stringify(comparable(output)))).toBe(
			withoutCache(JSON.stringify(comparable(smooth.items))),
		);
		const own = hints.filter(({ message }) => message.includes('Weave'));
		expect(own).toHaveLength(1);
		expect(own[0]!.message).toContain(`12 traces could not be sent to Weave: ${hint}`);
		expect(JSON.stringify([output, hints])).not.toContain('CANARY');
	});

	test('no connection', async () => {
		failWith({ kind: 'reset', where: 'beforeHeaders' });
		const { items: output, hints } = await runChatNode(runOf(say('[[answer: ok]]')));
		expect(output[0]!.json).toMatchObject({ output: 'ok' });
		expect(hints[0]!.message).toMatch(/^1 trace could not be sent to Weave: .*'Weave URL'/);
	});

	test('no response: the run waits for five seconds', async () => {
		failWith({ kind: 'stall', where: 'beforeHeaders' });
		const startMs = performance.now();
		const { items: output, hints } = await runChatNode(runOf(say('[[answer: ok]]')));
		expect(performance.now() - startMs).toBeLessThan(7000);
		expect(output[0]!.json).toMatchObject({ output: 'ok' });
		expect(hints[0]!.message).toBe(
			'1 trace was still being sent to Weave when the run ended, and may be lost.',
		);
	}, 20_000);
});

test('a run that is stopped does not wait for Weave', async () => {
	failWith({ kind: 'stall', where: 'beforeHeaders' });
	const stop = new AbortController();
	simulator.fault({
		fault: {
			kind: 'custom',
			handle: () => stop.abort(),
		},
	});
	const startMs = performance.now();
	const run = runChatNode(runOf({}, { signal: stop.signal }));
	await expect(run).rejects.toThrow('The execution was cancelled');
	expect(performance.now() - startMs).toBeLessThan(2000);
	await waitUntil(() => weaveRequests().length === 1);
	expect(weaveRequests()[0]!.body).toMatchObject({
		batch: [{ exception: 'The execution was cancelled' }, {}],
	});
});

test('a project that only takes events gets events', async () => {
	simulator.fault({
		path: 'weave',
		when: { matches: ({ path }) => path.startsWith('/traces/v2') },
		fault: { kind: 'status', status: 404 },
	});
	const { hints } = await runChatNode(runOf());
	expect(hints).toEqual([]);
	expect(simulator.weaveCalls).toMatchObject([
		{ output: { finishReason: 'stop' }, summary: {} },
		{ summary: {} },
	]);
});

test('the key goes to Weave only as the password of its Authorization header', async () => {
	await runChatNode(runOf());
	const [request] = weaveRequests();
	const { authorization, ...others } = request!.headers;
	expect(authorization).toBe(`Basic ${Buffer.from(`api:${apiKey}`).toString('base64')}`);
	expect(JSON.stringify([others, request!.path, request!.body])).not.toContain('CANARY');
});

test('the key is removed from traces, also if an answer or a tool contains it', async () => {
	const connectedTools = {
		name: 'lookup',
		description: 'Looks up',
		schema: { type: 'object', properties: {} },
		invoke: async () => await Promise.reject(new Error(`Tool saw ${apiKey}`)),
	};
	const hiddenText = `${apiKey} and [[call: lookup {"q": "${apiKey}"}]]`;
	const { items: output } = await runChatNode(runOf(say(hiddenText), { connectedTools }));
	expect(JSON.stringify(output)).toContain(apiKey);
	expect(simulator.weaveCalls.map(({ op_name: name }) => name)).toContain('wandb_inference.tool');
	expect(JSON.stringify(simulator.weaveCalls)).not.toContain(apiKey);
});

test('the key of a gateway is not sent to W&B, and one hint says so', async () => {
	const gateway = { apiKey, project: 'team/p', weaveUrl: undefined };
	const { items: output, hints } = await runChatNode(
		runOf(say('[[answer: ok]]'), { items: items(3), credential: gateway }),
	);
	expect(output.map(({ json }) => json.output)).toEqual(['ok', 'ok', 'ok']);
	expect(JSON.stringify(output)).not.toContain('traceUrl');
	expect(hints.filter(({ message }) => message.includes('Weave'))).toEqual([
		{
			message: expect.stringMatching(
				/^No traces were sent to Weave: 'Base URL' in the credential is not W&B's.*'Weave URL'/,
			) as string,
			type: 'warning',
			location: 'outputPane',
		},
	]);
});

test('items go to the project that their headers name', async () => {
	const header = { name: 'OpenAI-Project', value: '={{ $json.project }}' };
	const projects = ['team/a', 'team/b', 'team/a'];
	await runChatNode(
		runOf(
			{ options: { extraHeaders: { values: [header] } } },
			{ items: projects.map((project) => ({ json: { project } })) },
		),
	);
	const sent = simulator.requests.filter(({ path }) => path.endsWith('/chat/completions'));
	expect(sent.map(({ headers }) => headers['openai-project'])).toEqual(projects);
	const roots = simulator.weaveCalls.filter(({ parent_id: parent }) => parent === undefined);
	expect(roots.map(({ project_id: project }) => project).sort()).toEqual([...projects].sort());
	expect(weaveRequests()).toHaveLength(2);
});

test('a redirect of Weave is not followed', async () => {
	const headers = { location: `${simulator.baseUrl}/models` };
	failWith({ kind: 'body', status: 307, body: '', headers });
	const { hints } = await runChatNode(runOf());
	expect(hints[0]!.message).toContain('redirect (HTTP 307)');
	expect(simulator.requests.map(({ path }) => path)).not.toContain('/v1/models');
});

describe('without a place for traces, no request is sent', () => {
	test.each([
		['no project', { project: '' }],
		["a gateway's project", { project: 'proj_abc' }],
		['no Weave URL', { weaveUrl: '' }],
	])('%s', async (_, fields) => {
		const error = await runChatNode(
			runOf({}, { credential: { ...credential(), baseUrl: simulator.baseUrl, ...fields } }),
		).catch((reason: Error & { description: string }) => reason);
		expect(error).toMatchObject({
			message: "'Trace to Weave' needs 'Project' and 'Weave URL' in the credential",
			description: expect.stringContaining("Enter 'Project' in the credential") as string,
		});
		expect(simulator.requests.filter(({ method }) => method === 'POST')).toEqual([]);
	});
});
