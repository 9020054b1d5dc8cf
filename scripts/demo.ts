/* eslint-disable @n8n/community-nodes/no-restricted-globals, @n8n/community-nodes/no-restricted-imports, no-console -- not shipped: runs outside n8n */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { IDataObject, INode, IRun, IWorkflowBase } from 'n8n-workflow';
import { ChatTraffic } from './demo/ChatTraffic';
import type { SimulatorOptions } from '../tools/simulator/simulator';
import { openService, type Service } from './openService';
import { Progress } from './demo/Progress';
import { formatFailures, formatTable, formatTotals, outputOf } from './demo/report';
import { runWorkflow } from './demo/runWorkflow';
import { useTemporaryUserFolder } from '../tools/engine/useTemporaryUserFolder';

const examples = join(__dirname, '../examples');
const workflowFile = '02-classify-rows.json';
const messagesFile = 'data/customer-messages.json';
const nodes = {
	source: 'Customer Messages',
	chat: 'Classify',
	classified: 'Classified Messages',
	failed: 'Failed Messages',
};

async function readExample<Content>(file: string): Promise<Content> {
	return JSON.parse(await readFile(join(examples, file), 'utf8')) as Content;
}

/** The workflow of the file, with the model that `WANDB_MODEL` names in place of its own. */
async function readWorkflow(): Promise<{ workflow: IWorkflowBase; model: string }> {
	const workflow = await readExample<IWorkflowBase>(workflowFile);
	const chat = workflow.nodes.find((node: INode) => node.name === nodes.chat);
	if (!chat) throw new Error(`${workflowFile} has no node '${nodes.chat}'.`);
	const model = process.env.WANDB_MODEL;
	if (model) chat.parameters.model = { __rl: true, mode: 'id', value: model };
	return { workflow, model: String((chat.parameters.model as IDataObject).value) };
}

/** Six requests at a time, and now and then a 503 or a 429. */
const sixAtOnce: SimulatorOptions = {
	concurrencyLimit: 6,
	timeToFirstTokenMs: 200,
	tokensPerSecond: 120,
	keepRequests: false,
	faults: [
		{ when: { every: 14 }, fault: { kind: 'status', status: 503 } },
		{
			when: { every: 17 },
			fault: { kind: 'status', status: 429, reason: 'rate', retryAfter: '1' },
		},
	],
};

function printIntroduction(service: Service, count: number, model: string): void {
	const place = service.isSimulated
		? 'a simulator on this machine. Its answers are made up; set WANDB_API_KEY for real ones.'
		: service.credential.baseUrl;
	console.log(`Workflow  examples/${workflowFile}, in n8n's execution engine (n8n-core)
          The W&B node is real; small stand-ins run n8n's Manual Trigger and Edit Fields.
Input     examples/${messagesFile} (${count} messages), pinned to '${nodes.source}'
Model     ${model}
Service   ${place}
`);
}

function printResult(run: IRun, total: number): void {
	const jsonOf = (node: string) => outputOf(run, node).map(({ json }) => json);
	const classified = jsonOf(nodes.classified);
	const failed = jsonOf(nodes.failed);
	if (classified.length > 0) {
		console.log(`\n${formatTable(classified, process.stdout.columns ?? 100)}`);
	}
	if (failed.length > 0) console.log(`\nFAILED\n${formatFailures(failed)}`);
	const { error } = run.data.resultData;
	if (error) console.log(`\nThe workflow ended with an error: ${error.message}`);
	if (error?.description) console.log(error.description);
	console.log(`\nItems     ${classified.length} of ${total} classified, ${failed.length} failed`);
	if (classified.length !== total) process.exitCode = 1;
}

async function runDemo(service: Service, signal: AbortSignal): Promise<void> {
	const { workflow, model } = await readWorkflow();
	const messages = await readExample<IDataObject[]>(messagesFile);
	printIntroduction(service, messages.length, model);
	const progress = new Progress(messages.length);
	const traffic = new ChatTraffic(() => progress.show(traffic));
	traffic.listen();
	const startedMs = performance.now();
	const run = await runWorkflow({
		workflow,
		pinData: { [nodes.source]: messages.map((message) => ({ json: message })) },
		credential: service.credential,
		signal,
	});
	const durationMs = performance.now() - startedMs;
	traffic.stop();
	progress.end();
	printResult(run, messages.length);
	console.log(formatTotals({ run, traffic, durationMs, chatNode: nodes.chat }));
	if (service.isSimulated) {
		console.log('\nThese answers were made up by the simulator: set WANDB_API_KEY for real ones.');
	}
}

async function main(): Promise<void> {
	const stop = new AbortController();
	process.once('SIGINT', () => stop.abort());
	const removeUserFolder = await useTemporaryUserFolder();
	const service = await openService(sixAtOnce);
	try {
		await runDemo(service, stop.signal);
	} finally {
		await service.close();
		await removeUserFolder();
	}
}

main().catch((error: unknown) => {
	console.error(error instanceof Error ? error.message : error);
	process.exitCode = 1;
});
