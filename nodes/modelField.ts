import type { INodeProperties } from 'n8n-workflow';

/** The model picker of both nodes: the live list, or an id typed in. */
export const modelField: INodeProperties = {
	displayName: 'Model',
	name: 'model',
	type: 'resourceLocator',
	default: { mode: 'list', value: '' },
	required: true,
	description: 'The model that answers',
	modes: [
		{
			displayName: 'From List',
			name: 'list',
			type: 'list',
			placeholder: 'Select a model...',
			typeOptions: { searchListMethod: 'searchModels', searchable: true },
		},
		{
			displayName: 'ID',
			name: 'id',
			type: 'string',
			placeholder: 'e.g. openai/gpt-oss-20b',
			hint: "A 'wandb/' in front is removed. A fine-tuned model: wandb-artifact:///team/project/name:alias.",
		},
	],
};
