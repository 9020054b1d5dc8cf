import { ExecuteContext } from 'n8n-core';
import {
	createRunExecutionData,
	Workflow,
	type ICredentialDataDecryptedObject,
	type ICredentialsHelper,
	type IDataObject,
	type IExecuteData,
	type IHttpRequestOptions,
	type INode,
	type INodeExecutionData,
	type INodeParameters,
	type JsonObject,
	type INodeType,
	type INodeTypes,
	type IWorkflowExecuteAdditionalData,
	type NodeExecutionHint,
	type StructuredChunk,
} from 'n8n-workflow';
import { WandbInferenceApi } from '../../credentials/WandbInferenceApi.credentials';
import { WandbInferenceChat } from '../../nodes/WandbInferenceChat/WandbInferenceChat.node';

export interface NodeRun {
	baseUrl: string;
	parameters?: INodeParameters;
	items?: Array<Partial<INodeExecutionData>>;
	credential?: IDataObject;
	onError?: INode['onError'];
	signal?: AbortSignal;
	/** Given: the execution streams, and each chunk is handed here. */
	onChunk?: (chunk: StructuredChunk) => void;
	nodeType?: string;
}

export interface NodeRunResult {
	items: INodeExecutionData[];
	hints: NodeExecutionHint[];
}

/** Runs the chat node in n8n-core's own execution context. */
export async function runChatNode(run: NodeRun): Promise<NodeRunResult> {
	const context = createExecuteContext(run);
	const [items = []] = await new WandbInferenceChat().execute.call(context);
	return { items, hints: context.hints };
}

/** The simplest working parameters; tests change what they are about. */
export function chatParameters(changes: INodeParameters = {}): INodeParameters {
	return {
		resource: 'chat',
		operation: 'complete',
		model: { __rl: true, mode: 'id', value: 'openai/gpt-oss-20b' },
		messages: { values: [{ role: 'user', content: 'Hello!' }] },
		...changes,
	};
}

/** The parameters for one user message. */
export const say = (content: string): INodeParameters => ({
	messages: { values: [{ role: 'user', content }] },
});

/** The parameters for a model that answers without thinking when `thinkingOff` is among its options. */
export const glm: INodeParameters = { model: { __rl: true, mode: 'id', value: 'zai-org/GLM-5.1' } };
export const thinkingOff: INodeParameters = { reasoning: 'disabled' };

export function createExecuteContext(run: NodeRun): ExecuteContext {
	const node = createNode(run);
	const items = (run.items ?? [{ json: {} }]).map((item) => ({ json: {}, ...item }));
	const workflow = createWorkflow(node, new WandbInferenceChat());
	const executeData: IExecuteData = {
		node,
		data: { main: [items] },
		source: { main: [{ previousNode: 'Start' }] },
	};
	return new ExecuteContext(
		workflow,
		node,
		createAdditionalData(run),
		'manual',
		createRunExecutionData({}),
		0,
		items,
		{ main: [items] },
		executeData,
		[],
		run.signal,
	);
}

export function createWorkflow(node: INode, type: INodeType): Workflow {
	const nodeTypes: INodeTypes = {
		getByName: () => type,
		getByNameAndVersion: () => type,
		getKnownTypes: () => ({}),
	};
	return new Workflow({
		id: 'test',
		nodes: [node],
		connections: {},
		active: false,
		nodeTypes,
		settings: {},
	});
}

function createNode({ parameters, onError, nodeType }: NodeRun): INode {
	return {
		id: 'node',
		name: 'W&B Inference Chat',
		type: nodeType ?? 'n8n-nodes-wandb-inference.wandbInferenceChat',
		typeVersion: 1,
		position: [0, 0],
		parameters: parameters ?? chatParameters(),
		credentials: { wandbInferenceApi: { id: '1', name: 'W&B' } },
		...(onError ? { onError } : {}),
	};
}

/** Everything that n8n's server would put around a running node. */
export function createAdditionalData(
	run: Pick<NodeRun, 'baseUrl' | 'credential' | 'onChunk'>,
): IWorkflowExecuteAdditionalData {
	const url = 'http://127.0.0.1:5678';
	const { onChunk } = run;
	return {
		credentialsHelper: createCredentialsHelper({
			apiKey: 'simulator-key',
			project: '',
			baseUrl: run.baseUrl,
			...run.credential,
		}),
		restApiUrl: url,
		instanceBaseUrl: url,
		webhookBaseUrl: url,
		webhookWaitingBaseUrl: url,
		formWaitingBaseUrl: url,
		variables: {},
		logAiEvent: () => undefined,
		streamingEnabled: onChunk !== undefined,
		hooks: onChunk && {
			handlers: { sendChunk: [onChunk] },
			runHook: async (_name: string, [chunk]: [StructuredChunk]) => onChunk(chunk),
		},
	} as unknown as IWorkflowExecuteAdditionalData;
}

function createCredentialsHelper(credential: IDataObject): ICredentialsHelper {
	const data = credential as ICredentialDataDecryptedObject;
	const type = new WandbInferenceApi();
	return {
		getParentTypes: () => [],
		getDecrypted: async () => data,
		getCredentials: async () => ({}),
		getCredentialsProperties: () => type.properties,
		isCredentialUsableByNode: () => true,
		preAuthentication: async () => undefined,
		authenticate: async (
			credentials: ICredentialDataDecryptedObject,
			_: string,
			options: IHttpRequestOptions,
		) => await type.authenticate(credentials, options),
	} as unknown as ICredentialsHelper;
}

/** The JSON that the chat node puts out for one item. */
export async function readAnswer(
	baseUrl: string,
	parameters: INodeParameters,
): Promise<JsonObject> {
	const { items } = await runChatNode({ baseUrl, parameters: chatParameters(parameters) });
	return items[0]?.json as JsonObject;
}
