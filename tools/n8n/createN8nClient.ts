/* eslint-disable @n8n/community-nodes/require-node-api-error -- not shipped: runs outside n8n */
import { findTrigger, readExecution, waitForExecution, type Execution } from './executions';
import { publishWorkflow } from './publishWorkflow';
import { RestError, RestSession } from './RestSession';
import type { SavedCredential, WorkflowFile, WorkflowNode } from './workflowFile';

/** Who owns the n8n instance. */
export interface OwnerAccount {
	email: string;
	password: string;
}

/** What a person fills in for a credential. */
export interface CredentialInput {
	name: string;
	type: string;
	data: Record<string, unknown>;
}

/** A workflow as n8n keeps it; every save gives a new `versionId`. */
export interface SavedWorkflow {
	id: string;
	name: string;
	versionId: string;
	nodes: WorkflowNode[];
}

/** n8n as its editor uses it, for scripts and tests. */
export interface N8nClient {
	/** Makes the owner's account on a fresh n8n, then logs in. */
	logIn(owner: OwnerAccount): Promise<void>;
	/** The full names of the nodes that n8n has loaded from a package. */
	listNodeTypes(packageName: string): Promise<string[]>;
	/** Creates the credential, or gives the one of the same name and type these values. */
	saveCredential(credential: CredentialInput): Promise<SavedCredential>;
	/** What the editor's test of the credential says, for values saved or not. */
	testCredential(
		credential: CredentialInput & { id?: string },
	): Promise<{ status: 'OK' | 'Error'; message: string }>;
	/** Saves a workflow from a file, over the one with this id when it still exists. */
	importWorkflow(workflow: WorkflowFile, workflowId?: string): Promise<SavedWorkflow>;
	/** Publishes the workflow, so that its webhooks and triggers answer. */
	activateWorkflow(workflow: SavedWorkflow): Promise<void>;
	/** Presses the editor's execute button; answers the id of the execution. */
	runWorkflow(workflow: SavedWorkflow, triggerName?: string): Promise<string>;
	/** Presses the editor's stop button. */
	stopExecution(executionId: string): Promise<void>;
	readExecution(executionId: string): Promise<Execution>;
	/** The execution once it has ended, well or badly. */
	waitForExecution(executionId: string, withinMs?: number): Promise<Execution>;
	/** The newest executions first, without their data. */
	listExecutions(workflowId: string): Promise<Array<{ id: string; status: string }>>;
	/** Any other request to the editor's API. */
	request<Answer>(method: string, path: string, body?: unknown): Promise<Answer>;
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
	const known = saved.find(
		({ name, type }) => name === credential.name && type === credential.type,
	);
	const { id, name, type } = known
		? await session.request<SavedCredential>('PATCH', `credentials/${known.id}`, credential)
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
	const answer = await session.request<{ executionId?: string }>(
		'POST',
		`workflows/${workflow.id}/run`,
		{ triggerToStartFrom: { name: triggerName } },
	);
	if (answer.executionId) return answer.executionId;
	throw new Error(`"${triggerName}" of "${workflow.name}" waits for a request from outside.`);
}

/** A client of the n8n at this address. Nothing but `logIn` works before `logIn`. */
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
