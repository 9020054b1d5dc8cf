import type { INodeParameters, StructuredChunk } from 'n8n-workflow';
import { runChatNode, say } from '../../support/chatNode';
import { chatParameters, type NodeRun } from '../../../tools/engine/createExecuteContext';
import { useSimulator } from '../../support/useSimulator';

const simulator = useSimulator();

async function chunksOf(
	parameters: INodeParameters,
	run: Partial<NodeRun> = {},
): Promise<StructuredChunk[]> {
	const chunks: StructuredChunk[] = [];
	await runChatNode({
		baseUrl: simulator.baseUrl,
		parameters: chatParameters(parameters),
		onChunk: (chunk) => chunks.push(chunk),
		...run,
	}).catch(() => undefined);
	return chunks;
}

const typesOf = (chunks: StructuredChunk[]) => chunks.map(({ type }) => type);
const textOf = (chunks: StructuredChunk[]) =>
	chunks
		.filter(({ type }) => type === 'item')
		.map(({ content }) => content)
		.join('');

test('text is sent in chunks between begin and end', async () => {
	const chunks = await chunksOf(say('[[answer: The quick brown fox jumps over the lazy dog]]'));
	expect(textOf(chunks)).toBe('The quick brown fox jumps over the lazy dog');
	expect(chunks.length).toBeGreaterThan(2);
	expect(chunks[0]?.type).toBe('begin');
	expect(chunks.at(-1)?.type).toBe('end');
});

test('reasoning stays out of the chat, whether in its own field or in think tags', async () => {
	expect(textOf(await chunksOf(say('[[answer: 42]] [[reason: six times seven]]')))).toBe('42');
	expect(textOf(await chunksOf(say('[[answer: 42]] [[reason: hm]] [[think-tags]]')))).toBe('42');
});

test('without Stream, the text is sent in one chunk', async () => {
	const chunks = await chunksOf({ ...say('[[answer: Hello there]]'), options: { stream: false } });
	expect(chunks.map(({ type, content }) => [type, content])).toEqual([
		['begin', undefined],
		['item', 'Hello there'],
		['end', undefined],
	]);
});

test('every chunk contains the index of its item', async () => {
	const chunks = await chunksOf(say('=[[answer: item {{ $json.row }}]]'), {
		items: [{ json: { row: 0 } }, { json: { row: 1 } }],
	});
	for (const row of [0, 1]) {
		const own = chunks.filter(({ metadata }) => metadata.itemIndex === row);
		expect(textOf(own)).toBe(`item ${row}`);
		expect([own[0]?.type, own.at(-1)?.type]).toEqual(['begin', 'end']);
	}
});

test('a failure before the first text is retried and leaves no trace in the chat', async () => {
	simulator.fault({ when: { first: 1 }, fault: { kind: 'status', status: 503, retryAfter: '0' } });
	const chunks = await chunksOf(say('[[answer: 42]]'));
	expect(typesOf(chunks).filter((type) => type !== 'item')).toEqual(['begin', 'end']);
	expect(textOf(chunks)).toBe('42');
});

test('text that the user has seen is never sent again', async () => {
	const model = { __rl: true, mode: 'id', value: 'zai-org/GLM-5.1' };
	const options = { reasoning: 'disabled' };
	simulator.fault({
		when: { first: 1 },
		fault: { kind: 'reset', where: 'inStream', afterEvents: 4 },
	});
	const chunks = await chunksOf({ ...say('Tell me a long story'), model, options });
	expect(textOf(chunks)).not.toBe('');
	expect(simulator.requests).toHaveLength(1);
});

test('under Continue, a failed item ends in an error chunk', async () => {
	simulator.fault({ fault: { kind: 'status', status: 400 } });
	const chunks = await chunksOf({}, { onError: 'continueRegularOutput' });
	expect(typesOf(chunks)).toEqual(['begin', 'error']);
});

describe('as the tool of an agent', () => {
	const nodeType = 'n8n-nodes-wandb-inference.wandbInferenceChatTool';

	test('the node stays silent in the chat', async () => {
		expect(await chunksOf(say('[[answer: 42]]'), { nodeType })).toEqual([]);
	});

	test('it returns only the answer', async () => {
		const parameters = chatParameters(say('[[answer: 42]]'));
		const { items } = await runChatNode({ baseUrl: simulator.baseUrl, parameters, nodeType });
		expect(items).toEqual([{ json: { output: '42' }, pairedItem: { item: 0 } }]);
	});

	test('it lists only the IDs of models', async () => {
		const parameters = { resource: 'model', operation: 'getMany', returnAll: true };
		const { items } = await runChatNode({ baseUrl: simulator.baseUrl, parameters, nodeType });
		expect(items[0]?.json).toEqual({ id: expect.any(String) });
	});
});
