import { createN8nClient, type N8nClient } from '../../../tools/n8n/createN8nClient';
import { withCredential, type WorkflowFile } from '../../../tools/n8n/workflowFile';
import { queueAddress } from './startQueue';
import { startWorkers, type Worker } from './startWorkers';

export interface WebhookResponse {
	status: number;
	body: string;
}

/** The n8n in queue mode that the tests share, and the workers of one test file. */
export interface QueueSession {
	n8nUrl: string;
	client: N8nClient;
	workers: Worker[];
	/** Adds workers until there are this many. */
	haveWorkers(count: number): Promise<void>;
	/** Saves and publishes a workflow whose credential has this base URL. Returns its ID. */
	publish(workflow: WorkflowFile, baseUrl: string): Promise<string>;
	/** Calls a published webhook. */
	post(path: string, body: object): Promise<WebhookResponse>;
	/** Stops the workers. */
	close(): Promise<void>;
}

export async function openQueueSession(): Promise<QueueSession> {
	const { n8nUrl, workerOptions } = queueAddress();
	const client = createN8nClient(n8nUrl);
	await client.logIn({ email: 'owner@n8n.local', password: 'Password1' });
	const workers: Worker[] = [];
	return {
		n8nUrl,
		client,
		workers,
		async haveWorkers(count) {
			workers.push(...(await startWorkers(workerOptions, count - workers.length)));
		},
		async publish(workflow, baseUrl) {
			const credential = await client.saveCredential({
				name: 'W&B Inference account',
				type: 'wandbInferenceApi',
				data: { apiKey: 'simulator-key', project: '', baseUrl },
			});
			const saved = await client.importWorkflow(withCredential(workflow, credential));
			await client.activateWorkflow(saved);
			return saved.id;
		},
		async post(path, body) {
			const response = await fetch(`${n8nUrl}/webhook/${path}`, {
				method: 'POST',
				headers: { 'content-type': 'application/json' },
				body: JSON.stringify(body),
			});
			return { status: response.status, body: await response.text() };
		},
		async close() {
			await Promise.all(workers.splice(0).map(async (worker) => await worker.stop()));
		},
	};
}
