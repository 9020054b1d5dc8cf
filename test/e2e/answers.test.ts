import { randomUUID } from 'node:crypto';
import type { JsonObject } from 'n8n-workflow';
import { outputItems } from '../../tools/n8n/executions';
import { openN8nSession, type N8nSession } from './support/openN8nSession';
import { inEditor, type Editor } from './support/Editor';
import { postAndWatch, textOf } from './support/postAndWatch';
import { suiteAddress } from './support/suite';
import {
	chatNode,
	items,
	manualTrigger,
	pixelFile,
	webhook,
	workflowOf,
} from './support/workflows';

const nodeName = 'W&B Inference Chat';
let session: N8nSession;

beforeAll(async () => {
	session = await openN8nSession();
});
beforeEach(() => session.simulator.reset());
afterAll(async () => await session.close());

const lastBody = () => session.simulator.requests.at(-1)?.body as JsonObject;

async function execute(editor: Editor): Promise<string> {
	await editor.part('node-execute-button').click();
	await editor.part('node-run-status-success').waitFor();
	return await editor.readOutput();
}

test('the schema of the answer comes from an example that the user enters', async () => {
	const saved = await session.importWorkflow(
		workflowOf('Example', [manualTrigger(), chatNode('Rate this')]),
	);
	await inEditor(async (editor) => {
		await editor.openWorkflow(saved.id);
		await editor.openNode(nodeName);
		await editor.choose('responseFormat', 'JSON Schema');
		const example = editor.part('parameter-input-jsonExample').locator('.cm-content');
		await example.fill('{"stars": 5, "reasons": ["fast"]}');
		const output = await execute(editor);
		await editor.saveScreenshot('json-example');
		expect(output).toMatch(/"stars":\s*\d/);
		expect(output).toMatch(/"reasons":/);
	});
	expect(lastBody().response_format).toMatchObject({
		json_schema: { schema: { required: ['stars', 'reasons'], additionalProperties: false } },
	});
});

test('a workflow that was saved with a schema keeps it, and the editor says so', async () => {
	const jsonSchema = '{"type": "object", "properties": {"mood": {"enum": ["good"]}}}';
	const saved = await session.importWorkflow(
		workflowOf('Saved before', [
			manualTrigger(),
			chatNode('How are you?', { responseFormat: 'json_schema', jsonSchema }),
		]),
	);
	await inEditor(async (editor) => {
		await editor.openWorkflow(saved.id);
		await editor.openNode(nodeName);
		await editor.page.getByText('still uses the JSON Schema that was saved').waitFor();
		await execute(editor);
	});
	expect(lastBody().response_format).toMatchObject({
		json_schema: { schema: JSON.parse(jsonSchema) as JsonObject },
	});
});

test('an answer that stays invalid goes to the error output with its text', async () => {
	const fault = { kind: 'body', contentType: 'application/json' } as const;
	const choices = [{ index: 0, message: { content: 'No idea.' }, finish_reason: 'stop' }];
	session.simulator.fault({ fault: { ...fault, body: JSON.stringify({ choices }) } });
	const node = chatNode(
		'Rate this',
		{ responseFormat: 'json_schema' },
		{ onError: 'continueErrorOutput' },
	);
	const execution = await session.run(workflowOf('Invalid', [manualTrigger(), node]));
	expect(execution.status).toBe('success');
	expect(outputItems(execution, nodeName, 1)[0]?.json).toMatchObject({
		error: 'The answer is not valid JSON',
		details: { kind: 'invalidOutput', output: 'No idea.', attempts: 2 },
	});
});

test.each(['separate', 'combined'])(
	'an image reaches the model in binary mode %s',
	async (mode) => {
		const binaryPropertyName = mode === 'combined' ? '_files.data' : 'data';
		const messages = {
			values: [{ role: 'user', content: 'Look', imageSource: 'binary', binaryPropertyName }],
		};
		const workflow = workflowOf('Image', [
			manualTrigger(),
			...pixelFile(),
			chatNode('', { messages }),
		]);
		const settings = { ...workflow.settings, binaryMode: mode };
		const execution = await session.run({ ...workflow, settings });
		expect(execution.status).toBe('success');
		const [{ content }] = lastBody().messages as [{ content: JsonObject[] }];
		expect(content[1]).toMatchObject({
			image_url: { url: expect.stringMatching(/^data:image\/png;base64,iVBOR/) },
		});
	},
);

test('options that were added and left blank do not break the request', async () => {
	const options = { cacheSalt: '', stop: [''], user: '', toolChoice: '', topLogprobs: 2 };
	const execution = await session.run(
		workflowOf('Blank', [manualTrigger(), chatNode('Hello', { options })]),
	);
	expect(execution.status).toBe('success');
	for (const name of ['cache_salt', 'stop', 'user', 'tool_choice']) {
		expect(lastBody()).not.toHaveProperty(name);
	}
	expect(lastBody()).toMatchObject({ logprobs: true, top_logprobs: 2 });
});

test("a router's JSON stays out of a streaming chat", async () => {
	const path = randomUUID();
	const router = chatNode(
		'Which team? [[answer: {"route": "billing"}]]',
		{ responseFormat: 'json_object', options: { showInChat: false } },
		{ name: 'Router' },
	);
	const reply = chatNode('=[[answer: Hello from {{ $json.output.route }}]]');
	await session.publishWorkflow(workflowOf('Router', [webhook(path, 'streaming'), router, reply]));
	const arrivals = await postAndWatch(`${suiteAddress().n8nUrl}/webhook/${path}`, {});
	expect(textOf(arrivals)).toBe('Hello from billing');
});

test('items that fail do not stop the others, and all keep their order', async () => {
	const rows = items([{ say: '{"category": "bug", "summary": "a"}' }, { say: 'no' }]);
	const node = chatNode(
		'=[[answer: {{ $json.say }}]]',
		{ responseFormat: 'json_schema', repairAttempts: 0 },
		{ onError: 'continueRegularOutput' },
	);
	const execution = await session.run(workflowOf('Mixed', [manualTrigger(), rows, node]));
	expect(outputItems(execution, nodeName).map(({ json }) => json.output ?? json.error)).toEqual([
		{ category: 'bug', summary: 'a' },
		'The answer is not valid JSON',
	]);
});
