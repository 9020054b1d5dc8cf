import { openClient } from '../../../inference/openClient';
import { createExecuteContext } from '../../../tools/engine/createExecuteContext';
import type { Fault, Simulator } from '../../../tools/simulator/simulator';
import { supplyAgentModel } from '../../support/agentModel';
import { runChatNode } from '../../support/chatNode';
import { startStrictSimulator } from '../../support/useSimulator';
import { waitUntil } from '../../support/waitUntil';

/** Its own for each test, because the process remembers the catalog of each address. */
let simulator: Simulator;

beforeEach(async () => {
	simulator = await startStrictSimulator();
});
afterEach(async () => await simulator.close());

const run = () => ({
	baseUrl: simulator.baseUrl,
	credential: { weaveUrl: simulator.weaveUrl, project: 'team/project' },
});

const catalogRequests = () => simulator.requests.filter(({ path }) => path.includes('catalog'));

test('60 executions at once make one request for the catalog', async () => {
	const runs = Array.from({ length: 60 }, async () => await runChatNode(run()));
	const answers = (await Promise.all(runs)).flatMap(({ items }) => items);
	expect(answers.filter(({ json }) => typeof json.output === 'string')).toHaveLength(60);
	expect(catalogRequests()).toHaveLength(1);
});

test('the API key and the project are never sent to the catalog', async () => {
	await runChatNode(run());
	await waitUntil(() => catalogRequests()[0]?.outcome === 'answered');
	const { headers, path } = catalogRequests()[0] ?? {};
	expect(Object.keys(headers ?? {})).not.toEqual(
		expect.arrayContaining([expect.stringMatching(/authorization|openai|cookie/)]),
	);
	expect(JSON.stringify([path, headers])).not.toMatch(/simulator-key|team/);
});

test.each<[string, Fault]>([
	['does not answer', { kind: 'stall', where: 'beforeHeaders' }],
	['stops in its body', { kind: 'stall', where: 'inBody' }],
	['resets the connection', { kind: 'reset', where: 'beforeHeaders' }],
	['is a web page', { kind: 'body', contentType: 'text/html', body: '<html>' }],
])('a catalog that %s neither delays an answer nor fails it', async (_, fault) => {
	simulator.fault({ path: 'catalog', fault });
	const startedMs = performance.now();
	const { items, hints } = await runChatNode(run());
	expect(performance.now() - startedMs).toBeLessThan(2900);
	expect(items).toMatchObject([{ json: { output: expect.any(String) } }]);
	expect(hints).toEqual([]);
	expect(catalogRequests()).toHaveLength(1);
});

test('an agent requests the catalog as well, in the background', async () => {
	await supplyAgentModel(run());
	await waitUntil(() => catalogRequests().length === 1);
});

test('what was loaded for one execution is known to the next one at once', async () => {
	const client = await openClient(createExecuteContext(run()));
	await client.catalog.load();
	const next = await openClient(createExecuteContext(run()));
	expect(next.catalog.known('openai/gpt-oss-20b')?.outputUsdPerMillion).toBe(0.13);
});

test.each([undefined, 'https://trace.wandb.ai', '', ' '])(
	'a gateway with the Weave URL %j has no catalog',
	async (weaveUrl) => {
		const { baseUrl } = simulator;
		const client = await openClient(createExecuteContext({ baseUrl, credential: { weaveUrl } }));
		await client.catalog.load();
		expect(client.catalog.known('openai/gpt-oss-20b')).toBeUndefined();
		expect(simulator.requests).toEqual([]);
	},
);
