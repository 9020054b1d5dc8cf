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

/** The name of the package's only credential in n8n, as used in the examples. */
export const credentialName = 'W&B Inference account';

/** A test file's own login to the shared n8n, with a simulator that its credential points to. */
export interface N8nSession {
	client: N8nClient;
	simulator: Simulator;
	credential: SavedCredential;
	/** Saves the workflow, with the credential set in every node that needs it. */
	importWorkflow(workflow: WorkflowFile): Promise<SavedWorkflow>;
	/** Saves and publishes the workflow, so that its webhooks respond. */
	publishWorkflow(workflow: WorkflowFile): Promise<SavedWorkflow>;
	/** Saves the workflow, executes it, and waits until it ends. */
	run(workflow: WorkflowFile, triggerName?: string): Promise<Execution>;
	close(): Promise<void>;
}

/** Logs in, starts a simulator, and points the credential to it. */
export async function openN8nSession(options: SimulatorOptions = {}): Promise<N8nSession> {
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
			// Two published workflows cannot share a webhook address.
			for (const id of published) await client.request('POST', `workflows/${id}/deactivate`);
			await simulator.close();
		},
	};
}
