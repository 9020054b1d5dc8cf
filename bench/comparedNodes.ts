import type { SavedCredential, WorkflowFile } from '../tools/n8n/workflowFile';
import { model } from './benchContext';
import { createBenchWorkflow, type MeasuredNode } from './benchWorkflow';

const prompt = '=[[tokens: 20]] {{ $json.row }}';

/** The nodes in n8n that can send requests to W&B Inference. */
export const comparedNodes = ['wandbInferenceChat', 'openAi', 'httpRequest'] as const;

export type ComparedNode = (typeof comparedNodes)[number];

export interface ComparisonRun {
	node: ComparedNode;
	itemCount: number;
	baseUrl: string;
	/** n8n's Retry On Fail with five tries. */
	retryOnFail: boolean;
	credential: SavedCredential;
}

/** Creates a workflow that runs the node with default settings. */
export function createComparisonWorkflow(run: ComparisonRun): WorkflowFile {
	const { node, itemCount, credential, retryOnFail } = run;
	return createBenchWorkflow(`Bench ${node} ${itemCount}`, itemCount, credential, {
		...createNode(run),
		...(retryOnFail ? { retryOnFail: true, maxTries: 5 } : {}),
	});
}

/** The credential that the node uses for the simulator. */
export function credentialFor(
	node: ComparedNode,
	baseUrl: string,
): { type: string; data: Record<string, unknown> } {
	const apiKey = 'simulator-key';
	switch (node) {
		case 'wandbInferenceChat':
			return { type: 'wandbInferenceApi', data: { apiKey, project: '', baseUrl } };
		case 'openAi':
			return { type: 'openAiApi', data: { apiKey, url: baseUrl, header: false } };
		case 'httpRequest':
			return { type: 'httpBearerAuth', data: { token: apiKey } };
	}
}

function createNode({ node, baseUrl }: ComparisonRun): MeasuredNode {
	const modelId = { __rl: true, mode: 'id', value: model };
	const messages = { values: [{ role: 'user', content: prompt }] };
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
		case 'httpRequest':
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
					jsonBody: `={{ { model: '${model}', messages: [{ role: 'user', content: '[[tokens: 20]] ' + $json.row }] } }}`,
				},
			};
	}
}
