import type { INodeProperties } from 'n8n-workflow';
import { optionsField } from '../shared/requestOptions';

const maxRetries: INodeProperties = {
	displayName: 'Max Retries',
	name: 'maxRetries',
	type: 'number',
	typeOptions: { minValue: 0, numberPrecision: 0 },
	default: 5,
	description:
		'Most repetitions of one request after a passing fault (429, 500, 502, 503, 504, connection lost). Waiting for a free place (429 concurrency) does not count. All waits of one request together end after 300 seconds.',
};

const field = optionsField('agent');

/** The options that make sense for an agent's model, in the order of their names. */
export const agentOptionsField: INodeProperties = {
	...field,
	options: [...(field.options as INodeProperties[]), maxRetries].sort((left, right) =>
		left.displayName.localeCompare(right.displayName),
	),
};
