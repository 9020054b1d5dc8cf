/* eslint-disable @n8n/community-nodes/require-node-api-error -- not shipped: runs outside n8n */
import { findTrigger, readExecution, waitForExecution, type Execution } from './executions';
import { publishWorkflow } from './publishWorkflow';
import { RestError, RestSession } from './RestSession';
import type { SavedCredential, WorkflowFile, WorkflowNode } from './workflowFile';

export interface OwnerAccount {
	email: string;
	password: string;
}

/** A credential as entered by a user. */
export interface CredentialInput {
	name: string;
	type: string;
	data: Record<string, unknown>;
}

/** A workflow as stored in n8n. Every save assigns a new `versionId`. */
export interface SavedWorkflow {
	id: string;
	name: string;
	versionId: string;
	nodes: WorkflowNode[];
}

/** Uses n8n the way its editor does, for scripts and tests. */
export interface N8nClient {
	/** Logs in. On a new n8n instance, creates the owner account first. */
	logIn(owner: OwnerAccount): Promise<void>;
	/** Returns the full names of the nodes that n8n has loaded from a package. */
	listNodeTypes(packageName: string): Promise<string[]>;
	/** Creates the credential, or updates the one with the same name and type. */
	saveCredential(credential: CredentialInput): Promise<SavedCredential>;
	/** Tests a credential, saved or not, like the editor. */
	testCredential(
		credential: CredentialInput & { id?: string },
	): Promise<{ status: 'OK' | 'Error'; message: string }>;
	/** Saves a workflow from a file. Overwrites the one with this ID if it still exists. */
	importWorkflow(workflow: WorkflowFile, workflowId?: string): Promise<SavedWorkflow>;
	/** Publishes the workflow, which activates its webhooks and triggers. */
	activateWorkflow(workflow: SavedWorkflow): Promise<void>;
	/** Starts the workflow like the editor's execute button. Returns the execution ID. */
	runWorkflow(workflow: SavedWorkflow, triggerName?: string): Promise<string>;
	/** Stops an execution like the editor's stop button. */
	stopExecution(executionId: string): Promise<void>;
	readExecution(executionId: string): Promise<Execution>;
	/** Waits until the execution has ended, successfully or not. */
	waitForExecution(executionId: string, withinMs?: number): Promise<Execution>;
	/** Returns a workflow's executions without their data, newest first. */
	listExecutions(workflowId: string): Promise<Array<{ id: string; status: string }>>;
	/** Sends any other request to the editor's API. */
	request<Data>(method: string, path: string, body?: unknown): Promise<Data>;
}

/** Creates a client for the n8n instance at `url`. Call `logIn` first. */
export function createN8nClient(url: string): N8nClient {
	const session = new RestSession(url);
	return {
		logIn: async (owner) => await logIn(session, owner),
		listNodeTypes: async (packageName) => await listNodeTypes(session, packageName),
		saveCredential: async (credential) => await saveCredential(session, credential),
		testCredential: async (credential) =>
			await session.request('POST', 'credentials/test', {
				credentials: { id: '', ...credential },
			}),
		importWorkflow: async (workflow, workflowId) =>
			await importWorkflow(session, workflow, workflowId),
		activateWorkflow: async (workflow) => await publishWorkflow(session, workflow),
		runWorkflow: async (workflow, triggerName) => await runWorkflow(session, workflow, triggerName),
		stopExecution: async (executionId) => {
			await session.request('POST', `executions/${executionId}/stop`);
		},
		readExecution: async (executionId) => await readExecution(session, executionId),
		waitForExecution: async (executionId, withinMs = 60_000) =>
			await waitForExecution(session, executionId, withinMs),
		listExecutions: async (workflowId) => {
			const filter = encodeURIComponent(JSON.stringify({ workflowId }));
			const path = `executions?filter=${filter}`;
			return (
				await session.request<{ results: Array<{ id: string; status: string }> }>('GET', path)
			).results;
		},
		request: async (method, path, body) => await session.request(method, path, body),
	};
}

async function logIn(session: RestSession, { email, password }: OwnerAccount): Promise<void> {
	const settings = await session.request<{
		userManagement: { showSetupOnFirstLoad?: boolean };
	}>('GET', 'settings');
	if (settings.userManagement.showSetupOnFirstLoad) {
		const names = { firstName: 'Local', lastName: 'Owner' };
		await session.request('POST', 'owner/setup', { email, password, ...names });
	} else {
		await session.request('POST', 'login', { emailOrLdapLoginId: email, password });
	}
}

async function listNodeTypes(session: RestSession, packageName: string): Promise<string[]> {
	const types = await session.readFile<Array<{ name: string }>>('/types/nodes.json');
	const names = types.map(({ name }) => name);
	return [...new Set(names)].filter((name) => name.startsWith(`${packageName}.`));
}

async function saveCredential(
	session: RestSession,
	credential: CredentialInput,
): Promise<SavedCredential> {
	const saved = await session.request<SavedCredential[]>('GET', 'credentials');
	const existing = saved.find(
		({ name, type }) => name === credential.name && type === credential.type,
	);
	const { id, name, type } = existing
		? await session.request<SavedCredential>('PATCH', `credentials/${existing.id}`, credential)
		: await session.request<SavedCredential>('POST', 'credentials', credential);
	return { id, name, type };
}

async function importWorkflow(
	session: RestSession,
	{ name, nodes, connections, settings, pinData }: WorkflowFile,
	workflowId: string | undefined,
): Promise<SavedWorkflow> {
	const content = { name, nodes, connections, settings: settings ?? {}, pinData };
	if (workflowId) {
		try {
			return await session.request<SavedWorkflow>('PATCH', `workflows/${workflowId}`, content);
		} catch (error) {
			if (!(error instanceof RestError && error.status === 404)) throw error;
		}
	}
	return await session.request<SavedWorkflow>('POST', 'workflows', content);
}

async function runWorkflow(
	session: RestSession,
	workflow: SavedWorkflow,
	triggerName = findTrigger(workflow.nodes).name,
): Promise<string> {
	const { executionId } = await session.request<{ executionId?: string }>(
		'POST',
		`workflows/${workflow.id}/run`,
		{ triggerToStartFrom: { name: triggerName } },
	);
	if (executionId) return executionId;
	throw new Error(`"${triggerName}" in "${workflow.name}" is waiting for an external request.`);
}
