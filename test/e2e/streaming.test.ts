import { randomUUID } from 'node:crypto';
import type { WorkflowFile } from '../../tools/n8n/workflowFile';
import { openN8nSession, type N8nSession } from './support/openN8nSession';
import { postAndWatch, textOf, textPieces, type Arrival } from './support/postAndWatch';
import { suiteAddress } from './support/suite';
import {
	agent,
	calculator,
	chatModel,
	chatNode,
	hostedChat,
	webhook,
	workflowOf,
} from './support/workflows';

const tokensPerSecond = 40;
const tokenCount = 100;
const answerMs = (tokenCount / tokensPerSecond) * 1000;
/** A model that does not reason first, so that all of its time goes into text. */
const model = { __rl: true, mode: 'id', value: 'google/gemma-4-31B-it' };
const question = `Tell me a story [[tokens: ${tokenCount}]]`;

let session: N8nSession;

beforeAll(async () => {
	session = await openN8nSession({ tokensPerSecond, timeToFirstTokenMs: 100 });
});
beforeEach(() => session.simulator.reset());
afterAll(async () => await session.close());

/** Publishes the workflow, sends the message, and counts the text that arrives before the end. */
async function watch(workflow: WorkflowFile, path: string, message: object) {
	await session.publishWorkflow(workflow);
	let textBeforeTheEnd = 0;
	const arrivals = await postAndWatch(
		`${suiteAddress().n8nUrl}/webhook/${path}`,
		message,
		({ type, content }) => {
			const isWriting = session.simulator.statistics.inFlight > 0;
			if (type === 'item' && content !== '' && isWriting) textBeforeTheEnd += 1;
		},
	);
	return { arrivals, textBeforeTheEnd };
}

function expectSteadyArrival(arrivals: Arrival[]): void {
	const times = textPieces(arrivals).map(({ atMs }) => atMs);
	const [firstMs = 0] = times;
	const lastMs = times.at(-1) ?? 0;
	const gapsMs = times.map((timeMs, position) => timeMs - (times[position - 1] ?? firstMs));
	expect(times.length).toBeGreaterThan(tokenCount / 4);
	expect(lastMs - firstMs).toBeGreaterThan(answerMs * 0.6);
	expect(Math.max(...gapsMs)).toBeLessThan(answerMs / 2);
}

test('a streaming webhook passes the text on as the service writes it', async () => {
	const path = randomUUID();
	const workflow = workflowOf('Streaming webhook', [
		webhook(path, 'streaming'),
		chatNode('={{ $json.body.question }}', { model }),
	]);
	const { arrivals, textBeforeTheEnd } = await watch(workflow, path, { question });
	expectSteadyArrival(arrivals);
	expect(textBeforeTheEnd).toBeGreaterThan(tokenCount / 4);
	expect(arrivals[0]?.type).toBe('begin');
	expect(arrivals.at(-1)?.type).toBe('end');
});

test('a streaming chat gets the text of the node as the service writes it', async () => {
	const webhookId = randomUUID();
	const workflow = workflowOf('Streaming chat', [
		hostedChat('streaming', webhookId),
		chatNode('={{ $json.chatInput }}', { model }),
	]);
	const message = { action: 'sendMessage', sessionId: randomUUID(), chatInput: question };
	const { arrivals, textBeforeTheEnd } = await watch(workflow, `${webhookId}/chat`, message);
	expectSteadyArrival(arrivals);
	expect(textBeforeTheEnd).toBeGreaterThan(tokenCount / 4);
});

test('a streaming chat gets the text of an agent as the service writes it', async () => {
	const webhookId = randomUUID();
	const workflow = workflowOf(
		'Streaming agent',
		[hostedChat('streaming', webhookId), agent({ enableStreaming: true })],
		{ attached: [{ node: chatModel({ model }), as: 'ai_languageModel' }] },
	);
	const message = { action: 'sendMessage', sessionId: randomUUID(), chatInput: question };
	const { arrivals, textBeforeTheEnd } = await watch(workflow, `${webhookId}/chat`, message);
	expectSteadyArrival(arrivals);
	expect(textBeforeTheEnd).toBeGreaterThan(tokenCount / 4);
});

test('an agent streams its final answer after using a tool', async () => {
	const webhookId = randomUUID();
	const workflow = workflowOf(
		'Streaming agent with a tool',
		[hostedChat('streaming', webhookId), agent({ enableStreaming: true })],
		{
			attached: [
				{ node: chatModel({ model }), as: 'ai_languageModel' },
				{ node: calculator(), as: 'ai_tool' },
			],
		},
	);
	const chatInput = 'How much is 6 * 7? [[call: Calculator {"input": "6 * 7"}]]';
	const message = { action: 'sendMessage', sessionId: randomUUID(), chatInput };
	const { arrivals } = await watch(workflow, `${webhookId}/chat`, message);
	expect(session.simulator.requests).toHaveLength(2);
	expect(textOf(arrivals)).toContain('42');
	expect(textPieces(arrivals).length).toBeGreaterThan(3);
});

test('"When Last Node Finishes" responds to a webhook with the output item', async () => {
	const path = randomUUID();
	await session.publishWorkflow(
		workflowOf('Webhook', [
			webhook(path, 'lastNode'),
			chatNode('[[answer: All of it]]', { model }),
		]),
	);
	const response = await fetch(`${suiteAddress().n8nUrl}/webhook/${path}`, { method: 'POST' });
	expect(await response.json()).toMatchObject({ output: 'All of it', finishReason: 'stop' });
});

test('"When Last Node Finishes" responds to a chat with the text', async () => {
	const webhookId = randomUUID();
	await session.publishWorkflow(
		workflowOf('Chat', [hostedChat('lastNode', webhookId), chatNode('[[answer: All of it]]')]),
	);
	const response = await fetch(`${suiteAddress().n8nUrl}/webhook/${webhookId}/chat`, {
		method: 'POST',
		headers: { 'content-type': 'application/json' },
		body: JSON.stringify({ action: 'sendMessage', sessionId: '1', chatInput: 'Hello' }),
	});
	expect(await response.json()).toMatchObject({ output: 'All of it' });
});
