import type { INodeProperties } from 'n8n-workflow';
import { optionsField } from '../shared/requestOptions';

const maxRetries: INodeProperties = {
	displayName: 'Max Retries',
	name: 'maxRetries',
	type: 'number',
	typeOptions: { minValue: 0, numberPrecision: 0 },
	default: 5,
	description:
		'Maximum number of retries per request after a temporary error (429, 500, 502, 503, 504, lost connection). Waiting for a free slot (429 concurrency) does not count as a retry, and neither do 503 errors if you do not add this option. A request waits 300 seconds in total at most.',
};

const field = optionsField('agent');

/** The options that apply to the model of an agent, sorted by name. */
export const agentOptionsField: INodeProperties = {
	...field,
	options: [...(field.options as INodeProperties[]), maxRetries].sort((left, right) =>
		left.displayName.localeCompare(right.displayName),
	),
};
