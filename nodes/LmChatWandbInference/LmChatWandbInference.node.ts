// Import types only: n8n before 2.16 lacks the SDK and would not load a package that requires it.
import type { supplyModel } from '@n8n/ai-node-sdk';
import {
	NodeConnectionTypes,
	NodeOperationError,
	type INodeType,
	type INodeTypeDescription,
	type ISupplyDataFunctions,
} from 'n8n-workflow';
import { modelField } from '../shared/modelField';
import { searchModels } from '../shared/searchModels';
import { agentOptionsField } from './agentOptionsField';

export class LmChatWandbInference implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'W&B Inference Chat Model',
		name: 'lmChatWandbInference',
		icon: {
			light: 'file:../../icons/wandbInference.svg',
			dark: 'file:../../icons/wandbInference.dark.svg',
		},
		group: ['transform'],
		version: [1],
		subtitle: '={{ $parameter["model"]["value"] }}',
		description: 'Use open models hosted on W&B Inference in AI agents and chains',
		defaults: { name: 'W&B Inference Chat Model' },
		codex: {
			categories: ['AI'],
			subcategories: {
				AI: ['Language Models', 'Root Nodes'],
				'Language Models': ['Chat Models (Recommended)'],
			},
			resources: {
				primaryDocumentation: [
					{
						url: 'https://github.com/n8n-nodes-wandb-inference/n8n-nodes-wandb-inference#readme',
					},
				],
			},
			alias: [
				'LLM',
				'W&B',
				'wandb',
				'Weights & Biases',
				'Weights and Biases',
				'CoreWeave',
				'Serverless Inference',
				'Inference API',
				'gpt-oss',
				'DeepSeek',
				'Qwen',
				'Kimi',
				'GLM',
				'OpenAI compatible',
			],
		},
		inputs: [],
		outputs: [NodeConnectionTypes.AiLanguageModel],
		outputNames: ['Model'],
		credentials: [{ name: 'wandbInferenceApi', required: true }],
		properties: [
			modelField,
			agentOptionsField,
			{
				displayName:
					'Expressions in this node always use the first item, even if the agent or chain processes several',
				name: 'firstItemNotice',
				type: 'notice',
				default: '',
			},
		],
	};

	methods = { listSearch: { searchModels } };

	async supplyData(
		this: ISupplyDataFunctions,
		itemIndex: number,
	): Promise<ReturnType<typeof supplyModel>> {
		const supplier = await import('./supplyChatModel').catch(() => undefined);
		if (!supplier) {
			throw new NodeOperationError(
				this.getNode(),
				'This version of n8n cannot run the W&B Inference Chat Model',
				{
					itemIndex,
					functionality: 'configuration-node',
					description:
						"It requires n8n's AI node SDK. Update n8n to 2.35.3 or later. The W&B Inference Chat node works in this version.",
				},
			);
		}
		return await supplier.supplyChatModel(this, itemIndex);
	}
}
