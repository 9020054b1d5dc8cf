import type { INodeProperties } from 'n8n-workflow';
import type { OptionsOf } from '../shared/OptionsOf';
import { optionsField } from '../shared/requestOptions';

export const agentResponseFormats: OptionsOf<'json_object' | 'text'> = [
	{
		name: 'JSON Object',
		value: 'json_object',
		description: 'Any JSON object. The prompt must ask for JSON.',
	},
	{ name: 'Text', value: 'text' },
];

const ownOptions: INodeProperties[] = [
	{
		displayName: 'Max Concurrency',
		name: 'maxConcurrency',
		type: 'number',
		typeOptions: { minValue: 1, numberPrecision: 0 },
		default: 8,
		description:
			'Maximum number of requests that this node sends at once, over all its executions. By default, the node adapts to what W&B allows.',
	},
	{
		displayName: 'Max Retries',
		name: 'maxRetries',
		type: 'number',
		typeOptions: { minValue: 0, numberPrecision: 0 },
		default: 5,
		description:
			"Maximum number of retries per request after a temporary error (429, 500, 502, 503, 504, lost connection). Waiting for a free slot (429 concurrency) does not count as a retry, and neither do 503 errors, unless you add this option or another fallback model is left. 'Max Wait' limits both.",
	},
	{
		displayName: 'Max Wait',
		name: 'maxWait',
		type: 'number',
		typeOptions: { minValue: 0 },
		default: 300,
		description:
			'Maximum total time in seconds that a request may wait before it is sent again. If the service asks for a longer wait, the request fails immediately.',
	},
	{
		displayName: 'Response Format',
		name: 'responseFormat',
		type: 'options',
		options: agentResponseFormats,
		default: 'text',
		description:
			'The format of the answer. Not every model can call tools if it must answer in JSON.',
	},
];

/** The options that apply to the model of an agent. */
export const agentOptionsField = optionsField('agent', ownOptions);
