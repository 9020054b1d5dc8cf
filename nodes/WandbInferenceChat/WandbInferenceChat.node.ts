import {
	NodeConnectionTypes,
	type IExecuteFunctions,
	type INodeExecutionData,
	type INodeType,
	type INodeTypeDescription,
} from 'n8n-workflow';
import { modelField } from '../shared/modelField';
import { searchModels } from '../shared/searchModels';
import { optionsField } from '../shared/requestOptions';
import { answerFields } from './outputFields';
import { completeItems } from './completeItems';
import { getManyModels } from './getManyModels';
import { messageFields } from './messageFields';
import { sendingFields } from './retryFields';

const showForChat = { show: { resource: ['chat'], operation: ['complete'] } };

/**
 * Tools can be connected for chat only. In workflows whose binary mode is combined, n8n 2.41 throws
 * when this expression reads anything, and would see no inputs without the `catch`.
 */
const inputs = `={{ (() => {
	const withTools = [{ type: "main" }, { type: "ai_tool", displayName: "Tools" }];
	try {
		return $parameter["resource"] === "model" ? ["main"] : withTools;
	} catch (error) {
		return withTools;
	}
})() }}` as const;

export class WandbInferenceChat implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'W&B Inference Chat',
		name: 'wandbInferenceChat',
		icon: {
			light: 'file:../../icons/wandbInference.svg',
			dark: 'file:../../icons/wandbInference.dark.svg',
		},
		group: ['transform'],
		version: [1],
		subtitle:
			'={{ $parameter["resource"] === "model" ? "Get many models" : $parameter["model"]["value"] || "Message a model" }}',
		description: 'Chat with open models hosted on W&B Inference',
		defaults: { name: 'W&B Inference Chat' },
		usableAsTool: true,
		inputs,
		outputs: [NodeConnectionTypes.Main],
		credentials: [{ name: 'wandbInferenceApi', required: true }],
		properties: [
			{
				displayName: 'Resource',
				name: 'resource',
				type: 'options',
				noDataExpression: true,
				options: [
					{ name: 'Chat', value: 'chat' },
					{ name: 'Model', value: 'model' },
				],
				default: 'chat',
			},
			{
				displayName: 'Operation',
				name: 'operation',
				type: 'options',
				noDataExpression: true,
				displayOptions: { show: { resource: ['chat'] } },
				options: [
					{
						name: 'Message a Model',
						value: 'complete',
						action: 'Message a model',
						description: 'Send messages to a model and get its answer',
					},
				],
				default: 'complete',
			},
			{
				displayName: 'Operation',
				name: 'operation',
				type: 'options',
				noDataExpression: true,
				displayOptions: { show: { resource: ['model'] } },
				options: [
					{
						name: 'Get Many',
						value: 'getMany',
						action: 'Get many models',
						description: 'List the models that are available to your account',
					},
				],
				default: 'getMany',
			},
			{ ...modelField, displayOptions: showForChat },
			...messageFields,
			...answerFields,
			{ ...optionsField('chat'), displayOptions: showForChat },
			...sendingFields,
			{
				displayName: 'Return All',
				name: 'returnAll',
				type: 'boolean',
				default: false,
				description: 'Whether to return all results or only up to a given limit',
				displayOptions: { show: { resource: ['model'], operation: ['getMany'] } },
			},
			{
				displayName: 'Limit',
				name: 'limit',
				type: 'number',
				typeOptions: { minValue: 1 },
				default: 50,
				description: 'Max number of results to return',
				displayOptions: {
					show: { resource: ['model'], operation: ['getMany'], returnAll: [false] },
				},
			},
		],
	};

	methods = { listSearch: { searchModels } };

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		const resource = this.getNodeParameter('resource', 0);
		return [resource === 'model' ? await getManyModels(this) : await completeItems(this)];
	}
}
