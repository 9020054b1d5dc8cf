import type { IDataObject, INodeProperties } from 'n8n-workflow';
import { toModelId } from '../../inference/chatRequest';
import { parameterError } from '../../inference/InferenceError';
import { readText } from './readValue';

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

/** The model id from the picker: a listed id as the service words it, a typed one cleaned. */
export function readModel(value: unknown): string {
	const { mode, value: id } = (
		typeof value === 'object' && value !== null ? value : { value }
	) as IDataObject;
	const text = (readText(id) ?? '').trim();
	const model = mode === 'list' ? text : toModelId(text);
	if (model === '') {
		throw parameterError(
			"'Model' is empty",
			"Pick a model 'From List', or enter its ID, e.g. openai/gpt-oss-20b.",
		);
	}
	return model;
}
