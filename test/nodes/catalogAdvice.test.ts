import type { INodeParameters } from 'n8n-workflow';
import { nearestModels } from '../../inference/catalog/nearestModels';
import { chatParameters } from '../../tools/engine/createExecuteContext';
import { defaultModels } from '../../tools/simulator/models';
import type { Simulator } from '../../tools/simulator/simulator';
import { runChatNode } from '../support/chatNode';
import { startStrictSimulator } from '../support/useSimulator';
import { waitUntil } from '../support/waitUntil';

const models = [
	...defaultModels,
	{
		id: 'meta-llama/Old-Llama',
		reasoning: 'off' as const,
		contextTokens: 8192,
		catalog: { stage: 'retired' },
	},
	{
		id: 'small/Text-Only',
		reasoning: 'off' as const,
		contextTokens: 4096,
		catalog: { callsTools: false, usdPerMillion: { input: 1, output: 1 } },
	},
];

let simulator: Simulator;

beforeAll(async () => {
	simulator = await startStrictSimulator({ models });
	await run({});
	await waitUntil(() =>
		simulator.requests.some(
			({ path, outcome }) => path.includes('catalog') && outcome === 'answered',
		),
	);
});
afterAll(async () => await simulator.close());

async function run(parameters: INodeParameters) {
	const { items, hints } = await runChatNode({
		baseUrl: simulator.baseUrl,
		credential: { weaveUrl: simulator.weaveUrl },
		parameters: chatParameters(parameters),
		onError: 'continueRegularOutput',
	});
	const details = (items[0]?.json.details ?? {}) as { kind?: string; advice?: string };
	return { json: items[0]?.json, details, hints: hints.map(({ message }) => message) };
}

const byId = (value: string) => ({ model: { __rl: true, mode: 'id', value } });

test('a misspelled model comes with the nearest live ones', async () => {
	const { details } = await run(byId('openai/gpt-os-20'));
	expect(details.kind).toBe('notFound');
	expect(details.advice).toMatch(
		/^Did you mean openai\/gpt-oss-20b or openai\/gpt-oss-120b\? Check/,
	);
});

test('a retired model is said to be retired', async () => {
	simulator.fault({
		when: { model: 'meta-llama/Old-Llama' },
		fault: { kind: 'status', status: 404 },
	});
	const { details } = await run(byId('meta-llama/Old-Llama'));
	expect(details.kind).toBe('notFound');
	expect(details.advice).toMatch(
		/^The model was retired\. Select another one 'From List', e\.g\. .*Llama/,
	);
});

test('a model like no other gets no suggestions', async () => {
	const { details } = await run(byId('zzz/qqq'));
	expect(details.advice).toMatch(/^Check the model's spelling/);
});

test('suggestions leave out retired and deprecated models, and there are at most three', () => {
	const known = ['a/model-1', 'a/model-2', 'a/model-3', 'a/model-4'].map((id) => ({
		id,
		features: [],
	}));
	expect(nearestModels('a/model', known)).toHaveLength(3);
	expect(nearestModels('a/model-1', [{ id: 'a/model-9', features: [], stage: 'retired' }])).toEqual(
		[],
	);
});

test('a request that is too long names the context window, and a fallback model is tried', async () => {
	const tooLong = {
		kind: 'status',
		status: 400,
		body: { error: { message: "This model's maximum context length is 4096 tokens.", code: 400 } },
	} as const;
	simulator.fault({ when: { model: 'small/Text-Only' }, fault: tooLong });
	const { details } = await run(byId('small/Text-Only'));
	expect(details.advice).toMatch(/^The context window of the model has 4,096 tokens\. Shorten/);
	const { json } = await run({
		...byId('small/Text-Only'),
		options: { fallbackModels: ['openai/gpt-oss-20b'] },
	});
	expect(json).toMatchObject({ model: 'openai/gpt-oss-20b', attempts: 2 });
});

test.each<[string, INodeParameters]>([
	['tools', { tools: { values: [{ name: 'f', parameters: '{"type": "object"}' }] } }],
	[
		'vision',
		{
			specifyMessages: 'json',
			messagesJson:
				'[{"role":"user","content":[{"type":"image_url","image_url":{"url":"https://example.com/a.png"}}]}]',
		},
	],
])(
	'a model without %s is named in a hint, and the request is sent',
	async (feature, parameters) => {
		simulator.reset();
		const { hints } = await run({ ...byId('small/Text-Only'), ...parameters });
		expect(hints).toContain(
			`According to W&B's model catalog, small/Text-Only does not support ${feature}, which this node uses. If requests fail or the answers are wrong, select another model.`,
		);
		expect(simulator.requests).toHaveLength(1);
		expect((await run({ ...byId('small/Text-Only') })).hints).toEqual([]);
	},
);
