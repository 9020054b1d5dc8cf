import type { INodeProperties } from 'n8n-workflow';
import { toModelId } from '../../inference/chatRequest';
import { isJsonObject, parseJson } from '../../inference/json';
import { ParameterError } from './ParameterError';
import { readText } from './readValue';

/** The model picker of both nodes: the live list, or an ID. */
export const modelField: INodeProperties = {
	displayName: 'Model',
	name: 'model',
	type: 'resourceLocator',
	default: { mode: 'list', value: '' },
	required: true,
	description:
		'The model to use. Where known, the list shows the price in USD per million tokens in and out, the context window, and features, which you can search for.',
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
			hint: "For a fine-tuned model, enter wandb-artifact:///team/project/name:alias. A 'wandb/' prefix is removed.",
		},
	],
};

/** The model ID from the picker: a listed ID as it is, a typed one without a `wandb/` prefix. */
export function readModel(value: unknown): string {
	const { mode, value: chosen } =
		isJsonObject(value) && 'value' in value ? value : { mode: undefined, value };
	const text = (readText(idOf(chosen)) ?? '').trim();
	const model = mode === 'list' ? text : toModelId(text);
	if (model === '') {
		throw new ParameterError(
			"'Model' is empty",
			"Select a model 'From List', or enter its ID, e.g. openai/gpt-oss-20b.",
		);
	}
	return model;
}

/** The ID if the value is an item of 'Get Many' or its JSON, otherwise the value itself. */
function idOf(value: unknown): unknown {
	const item = typeof value === 'string' ? parseJson(value) : value;
	return isJsonObject(item) ? item.id : value;
}
