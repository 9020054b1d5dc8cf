import { defaultWeaveUrl, type Connection } from '../../../inference/http/connection';
import type { TransportRequest } from '../../../inference/http/transport';
import { NodeTraces } from '../../../inference/weave/NodeTraces';
import { TraceMemory } from '../../../inference/weave/TraceMemory';
import { TraceQueue } from '../../../inference/weave/TraceQueue';
import { respond } from '../../support/cannedResponse';
import { FakeClock } from '../../support/fakeClock';

const hiddenText = 'key-CANARY';
const wandb = 'https://api.inference.wandb.ai/v1';
const gateway = 'https://litellm.example.com/v1';

/** The traces of a node with this connection, and where they were sent. */
function open(changes: Partial<Connection> = {}, answer: () => number = () => 200) {
	const clock = new FakeClock();
	const sent: Array<TransportRequest & { weaveUrl: string }> = [];
	const connection = {
		apiKey: hiddenText,
		baseUrl: wandb,
		weaveUrl: defaultWeaveUrl,
		project: 'team/p',
		...changes,
	};
	const transportTo = (weaveUrl: string) => async (request: TransportRequest) => {
		sent.push({ ...request, weaveUrl });
		return respond({ status: await Promise.resolve(answer()) });
	};
	const traces = new NodeTraces(connection, transportTo, clock, new TraceMemory(1_000_000));
	const trace = (headers: Record<string, string> = {}) => {
		const queue = traces.queueFor(headers);
		if (!(queue instanceof TraceQueue)) return queue;
		const item = queue.start({}, { name: 'item', inputs: {}, displayName: 'Item' });
		item.end({ output: 'Hi' });
		return item.url ?? 'no address';
	};
	return { clock, sent, traces, trace };
}

describe('the key of a gateway is not sent to W&B', () => {
	test.each([
		[gateway, defaultWeaveUrl],
		[gateway, 'https://TRACE.wandb.ai'],
		[gateway, 'https://trace.wandb.ai.'],
		[gateway, 'https://trace.wandb.ai:443/traces'],
		[gateway, 'https://acme.wandb.ai/traces'],
		['https://wandb.ai.example.com/v1', defaultWeaveUrl],
		['https://notwandb.ai/v1', defaultWeaveUrl],
		['http://localhost:4000/api.inference.wandb.ai/v1', defaultWeaveUrl],
	])('%s and %s', async (baseUrl, weaveUrl) => {
		const { clock, sent, traces, trace } = open({ baseUrl, weaveUrl });
		expect(trace()).toBe('foreignKey');
		expect(traces.hasForeignKey).toBe(true);
		await clock.runUntil(traces.flush(5000));
		expect(sent).toEqual([]);
	});
});

describe('the key is sent to the Weave that the user chose', () => {
	test.each([
		[wandb, defaultWeaveUrl],
		['https://api.inference.wandb.ai./v1', defaultWeaveUrl],
		['https://API.inference.WANDB.ai/v1', 'https://trace.wandb.ai'],
		[wandb, 'https://acme.example.com/traces'],
		[gateway, 'https://acme.example.com/traces'],
		['http://127.0.0.1:8000/v1', 'http://127.0.0.1:8000'],
	])('%s and %s', async (baseUrl, weaveUrl) => {
		const { clock, sent, traces, trace } = open({ baseUrl, weaveUrl });
		trace();
		await clock.runUntil(traces.flush(5000));
		expect(sent.map((request) => request.weaveUrl)).toEqual([weaveUrl]);
	});
});

describe('a trace goes to the project that its request counts towards', () => {
	test.each([
		['the project of the credential', {}, {}, 'team/p'],
		['the header of the request', {}, { 'openai-project': 'other/q' }, 'other/q'],
		['the header of the credential', { 'OpenAI-Project': 'other/q' }, {}, 'other/q'],
		['both', { 'OpenAI-Project': 'x/y' }, { 'OpenAI-Project': 'other/q' }, 'other/q'],
		['an ID', {}, { 'OpenAI-Project': 'proj_1' }, 'team/p'],
		['three parts', { 'OpenAI-Project': 'a/b/c' }, {}, 'team/p'],
	])('%s', async (_, headers, extraHeaders, project) => {
		const { clock, sent, traces, trace } = open({ headers });
		expect(trace(extraHeaders)).toContain(`/${project}/weave/calls/`);
		await clock.runUntil(traces.flush(5000));
		expect(sent.map(({ path }) => path)).toEqual([`/v2/${project}/calls/complete`]);
		expect(sent[0]!.body).toMatchObject({ batch: [{ project_id: project }] });
	});

	test('a header takes the place of a project that is missing', () => {
		const { trace } = open({ project: undefined });
		expect(trace()).toBe('noPlace');
		expect(trace({ 'OpenAI-Project': 'other/q' })).toContain('/other/q/');
	});
});

test('several projects get a request each, and their losses are added up', async () => {
	const { clock, sent, traces, trace } = open({}, () => 403);
	for (const project of ['a/1', 'a/2', 'a/1']) trace({ 'OpenAI-Project': project });
	const report = await clock.runUntil(traces.flush(5000));
	expect(sent.map(({ path }) => path)).toEqual([
		'/v2/a/1/calls/complete',
		'/v2/a/2/calls/complete',
	]);
	expect(report).toMatchObject({ refused: 3, dropped: 0, open: 0, error: { status: 403 } });
});

test.each([
	['https://trace.wandb.ai', 'https://wandb.ai/'],
	['https://acme.example.com/traces', 'https://acme.example.com/'],
	['https://example.com/wandb/traces', 'https://example.com/wandb/'],
])('what is sent to %s is shown at %s', (weaveUrl, appUrl) => {
	expect(open({ weaveUrl }).trace()).toMatch(
		new RegExp(`^${appUrl}team/p/weave/calls/[\\da-f-]{36}$`),
	);
});

test('the address of a trace is left out if nobody can tell it', () => {
	expect(open({ weaveUrl: 'https://weave.example.com' }).trace()).toBe('no address');
});
