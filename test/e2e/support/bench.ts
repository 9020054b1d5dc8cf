import {
	createN8nClient,
	type N8nClient,
	type SavedWorkflow,
} from '../../../tools/n8n/createN8nClient';
import type { Execution } from '../../../tools/n8n/executions';
import {
	withCredential,
	type SavedCredential,
	type WorkflowFile,
} from '../../../tools/n8n/workflowFile';
import type { Simulator, SimulatorOptions } from '../../../tools/simulator/simulator';
import { startStrictSimulator } from '../../support/useSimulator';
import { suiteAddress } from './suite';

/** The name of the only credential of this package in n8n, as the examples call it. */
export const credentialName = 'W&B Inference account';

/** One test file's share of the suite: a service of its own and a login to n8n. */
export interface Bench {
	client: N8nClient;
	simulator: Simulator;
	credential: SavedCredential;
	/** Saves the workflow with this file's credential in every node that asks for one. */
	importWorkflow(workflow: WorkflowFile): Promise<SavedWorkflow>;
	/** Saves and publishes it, so that its webhooks answer. */
	publishWorkflow(workflow: WorkflowFile): Promise<SavedWorkflow>;
	/** Saves it, presses the execute button and waits for the end. */
	run(workflow: WorkflowFile, triggerName?: string): Promise<Execution>;
	close(): Promise<void>;
}

/** Starts a simulator and points the credential at it. */
export async function openBench(options: SimulatorOptions = {}): Promise<Bench> {
	const { n8nUrl, owner } = suiteAddress();
	const client = createN8nClient(n8nUrl);
	await client.logIn(owner);
	const simulator = await startStrictSimulator(options);
	const credential = await client.saveCredential({
		name: credentialName,
		type: 'wandbInferenceApi',
		data: { apiKey: 'simulator-key', project: '', baseUrl: simulator.baseUrl },
	});
	const importWorkflow = async (workflow: WorkflowFile) =>
		await client.importWorkflow(withCredential(workflow, credential));
	const published: string[] = [];
	return {
		client,
		simulator,
		credential,
		importWorkflow,
		async publishWorkflow(workflow) {
			const saved = await importWorkflow(workflow);
			published.push(saved.id);
			await client.activateWorkflow(saved);
			return saved;
		},
		async run(workflow, triggerName) {
			const executionId = await client.runWorkflow(await importWorkflow(workflow), triggerName);
			return await client.waitForExecution(executionId);
		},
		async close() {
			// Two published workflows cannot share the address of a webhook.
			for (const id of published) await client.request('POST', `workflows/${id}/deactivate`);
			await simulator.close();
		},
	};
}
