import type { SavedCredential, WorkflowFile, WorkflowNode } from '../tools/n8n/workflowFile';
import { model, numberedItems } from './createContext';

const prompt = '=[[tokens: 20]] {{ $json.row }}';

/** The three ways to W&B Inference that a person finds in n8n. */
export const competitors = ['wandbInferenceChat', 'openAi', 'httpRequest'] as const;

export type Competitor = (typeof competitors)[number];

/** The node under measurement is called so in every workflow. */
export const measuredNodeName = 'Measured';

/** A node without its name and place. */
type MeasuredNode = Omit<WorkflowNode, 'name'> & { type: string };

export interface N8nRun {
	competitor: Competitor;
	itemCount: number;
	baseUrl: string;
	/** n8n's own Retry On Fail, five tries. */
	retryOnFail: boolean;
	credential: SavedCredential;
}

/** The competitor with the settings that it has when just dropped in. */
export function buildWorkflow(run: N8nRun): WorkflowFile {
	const { competitor, itemCount, credential, retryOnFail } = run;
	return workflowAround(`Bench ${competitor} ${itemCount}`, itemCount, credential, {
		...buildNode(run),
		...(retryOnFail ? { retryOnFail: true, maxTries: 5 } : {}),
	});
}

/** A manual trigger with pinned items, numbered, and the node that is measured behind it. */
export function workflowAround(
	name: string,
	itemCount: number,
	credential: SavedCredential,
	node: MeasuredNode,
): WorkflowFile {
	const trigger = {
		id: 'trigger',
		name: 'Items',
		type: 'n8n-nodes-base.manualTrigger',
		typeVersion: 1,
		position: [0, 0],
		parameters: {},
	};
	const measured: WorkflowNode = {
		id: 'measured',
		name: measuredNodeName,
		position: [220, 0],
		credentials: { [credential.type]: { id: credential.id, name: credential.name } },
		...node,
	};
	return {
		name,
		nodes: [trigger, measured],
		connections: {
			[trigger.name]: { main: [[{ node: measuredNodeName, type: 'main', index: 0 }]] },
		},
		pinData: { [trigger.name]: numberedItems(itemCount).map((json) => ({ json })) },
	};
}

/** What a competitor signs in with. */
export function credentialOf(
	competitor: Competitor,
	baseUrl: string,
): { type: string; data: Record<string, unknown> } {
	const apiKey = 'simulator-key';
	switch (competitor) {
		case 'wandbInferenceChat':
			return { type: 'wandbInferenceApi', data: { apiKey, project: '', baseUrl } };
		case 'openAi':
			return { type: 'openAiApi', data: { apiKey, url: baseUrl, header: false } };
		case 'httpRequest':
			return { type: 'httpBearerAuth', data: { token: apiKey } };
	}
}

function buildNode({ competitor, baseUrl }: N8nRun): MeasuredNode {
	const modelId = { __rl: true, mode: 'id', value: model };
	const messages = { values: [{ role: 'user', content: prompt }] };
	switch (competitor) {
		case 'wandbInferenceChat':
			return {
				type: 'n8n-nodes-wandb-inference.wandbInferenceChat',
				typeVersion: 1,
				parameters: { resource: 'chat', operation: 'complete', model: modelId, messages },
			};
		case 'openAi':
			return {
				type: '@n8n/n8n-nodes-langchain.openAi',
				// The last one that speaks /chat/completions: later ones send /responses, which W&B lacks.
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
