import type { SavedCredential, WorkflowFile } from '../tools/n8n/workflowFile';
import { model } from './benchContext';
import { createBenchWorkflow, type MeasuredNode, type SubNode } from './benchWorkflow';

/** The nodes in n8n that can send requests to W&B Inference. */
export const comparedNodes = [
	'wandbInferenceChat',
	'openAi',
	'httpRequest',
	'httpRequestRetry',
	'agentWithWandb',
	'agentWithOpenAi',
] as const;

export type ComparedNode = (typeof comparedNodes)[number];

export const nodeTitles: Record<ComparedNode, string> = {
	wandbInferenceChat: 'W&B Inference Chat',
	openAi: 'OpenAI (Message a Model)',
	httpRequest: 'HTTP Request',
	httpRequestRetry: 'HTTP Request, Retry On Fail',
	agentWithWandb: 'AI Agent, W&B Inference Chat Model',
	agentWithOpenAi: 'AI Agent, OpenAI Chat Model',
};

export interface ComparisonRun {
	node: ComparedNode;
	itemCount: number;
	baseUrl: string;
	/** The user message: an expression without the leading equals sign. */
	prompt: string;
	/** Connects a calculator. */
	hasTool: boolean;
	credential: SavedCredential;
}

/**
 * Creates a workflow that runs the node with default settings, except that failed items do not end
 * the run. With Retry On Fail, they do, because otherwise n8n only retries if the first item failed.
 */
export function createComparisonWorkflow(run: ComparisonRun): WorkflowFile {
	const { node, itemCount, credential, hasTool } = run;
	const onFailure =
		node === 'httpRequestRetry'
			? { retryOnFail: true, maxTries: 5 }
			: { onError: 'continueRegularOutput' };
	const subNodes = [...createModel(node), ...(hasTool ? [calculator] : [])];
	return createBenchWorkflow(
		`Bench ${node} ${itemCount}`,
		itemCount,
		credential,
		{ ...createNode(run), ...onFailure },
		subNodes,
	);
}

/** The credential that the node uses for the simulator. */
export function credentialFor(
	node: ComparedNode,
	baseUrl: string,
): { type: string; data: Record<string, unknown> } {
	const apiKey = 'simulator-key';
	switch (node) {
		case 'wandbInferenceChat':
		case 'agentWithWandb':
			return { type: 'wandbInferenceApi', data: { apiKey, project: '', baseUrl } };
		case 'openAi':
		case 'agentWithOpenAi':
			return { type: 'openAiApi', data: { apiKey, url: baseUrl, header: false } };
		case 'httpRequest':
		case 'httpRequestRetry':
			return { type: 'httpBearerAuth', data: { token: apiKey } };
	}
}

const modelId = { __rl: true, mode: 'id', value: model };

const calculator: SubNode = {
	as: 'ai_tool',
	node: {
		name: 'Calculator',
		type: '@n8n/n8n-nodes-langchain.toolCalculator',
		typeVersion: 1,
		parameters: {},
	},
};

function createNode({ node, baseUrl, prompt }: ComparisonRun): MeasuredNode {
	const messages = { values: [{ role: 'user', content: `=${prompt}` }] };
	switch (node) {
		case 'wandbInferenceChat':
			return {
				type: 'n8n-nodes-wandb-inference.wandbInferenceChat',
				typeVersion: 1,
				parameters: { resource: 'chat', operation: 'complete', model: modelId, messages },
			};
		case 'openAi':
			return {
				type: '@n8n/n8n-nodes-langchain.openAi',
				// Later versions use /responses, which W&B Inference does not support.
				typeVersion: 1.8,
				parameters: { resource: 'text', operation: 'message', modelId, messages },
			};
		case 'agentWithWandb':
		case 'agentWithOpenAi':
			return {
				type: '@n8n/n8n-nodes-langchain.agent',
				typeVersion: 3.1,
				credentials: {},
				parameters: { promptType: 'define', text: `=${prompt}`, options: {} },
			};
		case 'httpRequest':
		case 'httpRequestRetry':
			return createHttpRequest(baseUrl, prompt);
	}
}

function createHttpRequest(baseUrl: string, prompt: string): MeasuredNode {
	const body = { model, messages: [{ role: 'user', content: prompt }] };
	return {
		type: 'n8n-nodes-base.httpRequest',
		typeVersion: 4.2,
		parameters: {
			method: 'POST',
			url: `${baseUrl}/chat/completions`,
			authentication: 'genericCredentialType',
			genericAuthType: 'httpBearerAuth',
			sendBody: true,
			specifyBody: 'json',
			jsonBody: `=${JSON.stringify(body)}`,
		},
	};
}

function createModel(node: ComparedNode): SubNode[] {
	const as = 'ai_languageModel';
	if (node === 'agentWithWandb') {
		const type = 'n8n-nodes-wandb-inference.lmChatWandbInference';
		const parameters = { model: modelId, options: {} };
		return [{ as, node: { name: 'Model', type, typeVersion: 1, parameters } }];
	}
	if (node === 'agentWithOpenAi') {
		const type = '@n8n/n8n-nodes-langchain.lmChatOpenAi';
		const parameters = { model: modelId, responsesApiEnabled: false, options: {} };
		return [{ as, node: { name: 'Model', type, typeVersion: 1.3, parameters } }];
	}
	return [];
}
