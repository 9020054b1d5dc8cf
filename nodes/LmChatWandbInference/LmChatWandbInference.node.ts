// Types only: n8n before 2.16 lacks the SDK and would drop the whole package over a missing module.
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
		subtitle: 'Chat Model',
		description: 'The open models of W&B Inference, for AI agents and chains',
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
			alias: ['LLM', 'W&B', 'wandb', 'Weights & Biases', 'Weights and Biases', 'OpenAI compatible'],
		},
		inputs: [],
		outputs: [NodeConnectionTypes.AiLanguageModel],
		outputNames: ['Model'],
		credentials: [{ name: 'wandbInferenceApi', required: true }],
		properties: [
			{
				displayName:
					'Expressions in this node always resolve to the first item, also where the agent or chain works on several',
				name: 'firstItemNotice',
				type: 'notice',
				default: '',
			},
			modelField,
			agentOptionsField,
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
						"It needs n8n's AI node SDK: update n8n to 2.35.3 or later. The W&B Inference Chat node works on this version.",
				},
			);
		}
		return await supplier.supplyChatModel(this, itemIndex);
	}
}
