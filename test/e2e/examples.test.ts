/* eslint-disable @n8n/community-nodes/no-restricted-globals, @n8n/community-nodes/no-restricted-imports -- not shipped: runs outside n8n */
import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import OpenAI from 'openai';
import { testedVersion } from '../../tools/n8n/ensureN8n';
import { outputItems, type Execution } from '../../tools/n8n/executions';
import { listExamples } from '../../tools/n8n/importExamples';
import { withCredential, type WorkflowFile } from '../../tools/n8n/workflowFile';
import { credentialName, openN8nSession, type N8nSession } from './support/openN8nSession';
import { inEditor } from './support/Editor';
import { postAndWatch, textOf } from './support/postAndWatch';
import { suiteAddress } from './support/suite';

const examplesFolder = join(__dirname, '../../examples');
const { n8nUrl } = suiteAddress();

let session: N8nSession;

beforeAll(async () => {
	session = await openN8nSession();
});
beforeEach(() => session.simulator.reset());
afterAll(async () => await session.close());

async function readExample(number: number): Promise<WorkflowFile> {
	const prefix = String(number).padStart(2, '0');
	const fileName = (await listExamples(examplesFolder)).find((name) => name.startsWith(prefix));
	if (!fileName) throw new Error(`Example ${number} does not exist.`);
	return JSON.parse(await readFile(join(examplesFolder, fileName), 'utf8')) as WorkflowFile;
}

async function runExample(number: number): Promise<Execution> {
	const workflow = await readExample(number);
	const execution = await session.run(workflow, 'When clicking ‘Execute workflow’');
	expect(execution.status).toBe('success');
	return execution;
}

function webhookIdOf({ nodes }: WorkflowFile): string {
	return String(nodes.find(({ webhookId }) => webhookId)?.webhookId);
}

/** The example with its chat made public, as its note describes. */
function withPublicChat(workflow: WorkflowFile): WorkflowFile {
	const nodes = workflow.nodes.map((node) => {
		if (!node.type.endsWith('.chatTrigger')) return node;
		return { ...node, parameters: { ...(node.parameters as object), public: true } };
	});
	return { ...workflow, nodes };
}

async function chatWithExample(number: number, messages: string[]): Promise<string[]> {
	const workflow = withPublicChat(await readExample(number));
	await session.publishWorkflow(workflow);
	const sessionId = randomUUID();
	const answers: string[] = [];
	for (const chatInput of messages) {
		const url = `${n8nUrl}/webhook/${webhookIdOf(workflow)}/chat`;
		answers.push(textOf(await postAndWatch(url, { action: 'sendMessage', sessionId, chatInput })));
	}
	return answers;
}

test('example 1 answers its question', async () => {
	const [item] = outputItems(await runExample(1), 'W&B Inference Chat');
	expect(item?.json).toMatchObject({
		output: expect.stringMatching(/\w+ \w+/),
		finishReason: 'stop',
		model: 'openai/gpt-oss-20b',
	});
});

test('example 2 classifies every row', async () => {
	const execution = await runExample(2);
	const rows = outputItems(execution, 'Customer Messages');
	const classified = outputItems(execution, 'Classified Messages').map(({ json }) => json);
	expect(classified).toHaveLength(rows.length);
	expect(classified.map(({ id }) => id)).toEqual(rows.map(({ json }) => json.id));
	for (const { sentiment, category, summary } of classified) {
		expect(['positive', 'neutral', 'negative']).toContain(sentiment);
		expect([category, summary]).toEqual([expect.any(String), expect.any(String)]);
	}
});

test('example 2 sends a rejected row to the error branch', async () => {
	session.simulator.fault({ when: { first: 1 }, fault: { kind: 'status', status: 400 } });
	const execution = await runExample(2);
	const total = outputItems(execution, 'Customer Messages').length;
	expect(outputItems(execution, 'Classified Messages')).toHaveLength(total - 1);
	expect(outputItems(execution, 'Failed Messages').map(({ json }) => json)).toEqual([
		{
			id: expect.any(String),
			text: expect.any(String),
			error: expect.stringMatching(/\S/),
			advice: expect.stringMatching(/\S/),
		},
	]);
});

test('example 3 streams the answer into its chat', async () => {
	expect(await chatWithExample(3, ['Hello [[answer: Good morning to you]]'])).toEqual([
		'Good morning to you',
	]);
});

test('example 4 uses its tools and remembers the conversation', async () => {
	const [first] = await chatWithExample(4, [
		'What is the status of order A-1002? [[call: get_order {"orderId": "A-1002"}]]',
		'Thank you [[answer: You are welcome]]',
	]);
	expect(first).toContain('on its way');
	const messages = JSON.stringify(session.simulator.requests.at(-1)?.body);
	expect(messages).toContain('What is the status of order A-1002?');
	expect(messages).toContain('You help the customers');
});

test('example 5 sends the picture from its form to the model and shows the description', async () => {
	const workflow = await readExample(5);
	await session.publishWorkflow(workflow);
	const picture = Buffer.from(
		'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR4nGP4z8AAAAMBAQDJ/pLvAAAAAElFTkSuQmCC',
		'base64',
	);
	await inEditor(async ({ page }) => {
		await page.goto(`/form/${webhookIdOf(workflow)}`);
		const file = { name: 'picture.png', mimeType: 'image/png', buffer: picture };
		await page.locator('input[type="file"]').setInputFiles(file);
		await page.locator('input[type="text"]').fill('What is this? [[answer: A red square]]');
		await page.locator('button[type="submit"]').click();
		await page.getByText('A red square').waitFor();
	});
	const body = JSON.stringify(session.simulator.requests[0]?.body);
	expect(body).toContain(`data:image/png;base64,${picture.toString('base64')}`);
});

test('example 6 runs the tool that the model calls and writes the reply', async () => {
	const execution = await runExample(6);
	const reply = outputItems(execution, 'Reply')[0]?.json.reply;
	expect(session.simulator.requests).toHaveLength(2);
	expect(JSON.stringify(session.simulator.requests[1]?.body)).toContain('tool_call_id');
	expect(reply).toEqual(expect.stringMatching(/\S/));
});

describe('example 7', () => {
	const question = {
		model: 'openai/gpt-oss-20b',
		messages: [{ role: 'user' as const, content: '[[answer: Through n8n]]' }],
	};
	const clientWith = (apiKey: string) =>
		new OpenAI({ baseURL: `${n8nUrl}/webhook/v1`, apiKey, maxRetries: 0 });
	let openai: OpenAI;

	beforeAll(async () => {
		const headerAuth = await session.client.saveCredential({
			name: 'Header Auth account',
			type: 'httpHeaderAuth',
			data: { name: 'Authorization', value: 'Bearer my-key' },
		});
		await session.publishWorkflow(withCredential(await readExample(7), headerAuth));
		openai = clientWith('my-key');
	});

	test('works with the official OpenAI client', async () => {
		const models = await openai.models.list();
		expect(models.data.map(({ id }) => id)).toContain('openai/gpt-oss-20b');
		const completion = await openai.chat.completions.create({ ...question, temperature: 0 });
		expect(completion.choices[0]?.message.content).toBe('Through n8n');
		expect(session.simulator.requests.at(-1)?.body).toMatchObject({ temperature: 0 });
		const unknown = openai.chat.completions.create({ ...question, model: 'no/such-model' });
		await expect(unknown).rejects.toMatchObject({ status: 404 });
	});

	test('refuses a client without the key', async () => {
		const stranger = clientWith('no-key').chat.completions.create(question);
		await expect(stranger).rejects.toMatchObject({ status: 403 });
		expect(session.simulator.requests).toEqual([]);
	});

	// In n8n 2.35, Respond to Webhook sends a streamed response without its body.
	const isNewN8n = (process.env.E2E_N8N_VERSION ?? testedVersion) === testedVersion;
	const testInNewN8n = isNewN8n ? test : test.skip;
	testInNewN8n('works with a client that requests a stream', async () => {
		let streamed = '';
		for await (const chunk of await openai.chat.completions.create({ ...question, stream: true })) {
			streamed += chunk.choices[0]?.delta.content ?? '';
		}
		expect(streamed).toBe('Through n8n');
	});
});

test('example 8 rates a thousand rows and counts the failed ones', async () => {
	session.simulator.fault({ when: { every: 100 }, fault: { kind: 'status', status: 400 } });
	session.simulator.fault({
		when: { every: 33 },
		fault: { kind: 'status', status: 429, retryAfter: '0' },
	});
	const [report] = outputItems(await runExample(8), 'Report');
	const { rows, answered, failed, failedRows } = report?.json as Record<string, unknown>;
	expect(rows).toBe(1000);
	expect(Number(answered) + Number(failed)).toBe(1000);
	expect(failed).toBe(session.simulator.statistics.byStatus[400]);
	expect(failedRows).toHaveLength(Number(failed));
});

test('example 9 enriches fifty rows with the rates of its tool', async () => {
	const server = createServer(({ url = '' }, response) => {
		const base = new URL(url, 'http://localhost').searchParams.get('base');
		response.writeHead(200, { 'content-type': 'application/json' });
		response.end(JSON.stringify({ amount: 1, base, rates: { USD: 1.25 } }));
	});
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	const local = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
	const text = JSON.stringify(await readExample(9));
	const workflow = text.replace('https://api.frankfurter.dev', local);
	expect(workflow).not.toBe(text);
	const execution = await session.run(JSON.parse(workflow) as WorkflowFile);
	server.close();
	const rows = outputItems(execution, 'Enriched Orders').map(({ json }) => json);
	expect(rows).toHaveLength(50);
	for (const { currency, usd, toolRuns } of rows) {
		expect(usd).toEqual(expect.any(Number));
		expect(toolRuns).toMatchObject([
			{
				name: 'exchange_rate',
				arguments: { currency },
				result: expect.stringContaining(`"base":"${String(currency)}"`),
			},
		]);
	}
});

test('example 10 traces every row', async () => {
	const { baseUrl, weaveUrl } = session.simulator;
	const data = { apiKey: 'simulator-key', project: 'my-team/my-project', baseUrl };
	await session.client.saveCredential({
		name: credentialName,
		type: 'wandbInferenceApi',
		data: { ...data, weaveUrl: `${weaveUrl}/traces` },
	});
	const rows = outputItems(await runExample(10), 'Traced Answers').map(({ json }) => json);
	expect(rows).toHaveLength(6);
	for (const { question, answer, traceUrl } of rows) {
		const page = (await (await fetch(String(traceUrl))).json()) as { trace: [{ output: object }] };
		expect(JSON.stringify(page)).toContain(question);
		expect(page.trace[0].output).toMatchObject({ output: answer });
	}
});
