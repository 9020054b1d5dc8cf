import type { INodeProperties } from 'n8n-workflow';
import { retryCauses } from '../shared/retryCauses';

/** How requests are retried and how many run at once. */
export const sendingFields: INodeProperties[] = [
	{
		displayName: 'Retry Policy',
		name: 'retryPolicy',
		type: 'collection',
		placeholder: 'Add Retry Setting',
		default: {},
		description:
			"Failed requests are retried automatically, each item on its own. Leave n8n's 'Retry On Fail' off, because it would send every item again.",
		displayOptions: { show: { resource: ['chat'], operation: ['complete'] } },
		options: [
			{
				displayName: 'Max Retries',
				name: 'maxRetries',
				type: 'number',
				typeOptions: { minValue: 0, numberPrecision: 0 },
				default: 5,
				description:
					"Maximum number of retries per request. Waiting for a free slot (429 concurrency) does not count as a retry and is limited by 'Max Wait' instead. The same goes for 503 errors, unless you add this setting or another fallback model is left.",
			},
			{
				displayName: 'Max Wait',
				name: 'maxWait',
				type: 'number',
				typeOptions: { minValue: 0 },
				default: 300,
				description:
					'Maximum total time in seconds that a request may wait before it is sent again. If the service asks for a longer wait, the item fails immediately.',
			},
			{
				displayName: 'Retry On',
				name: 'retryOn',
				type: 'multiOptions',
				options: retryCauses,
				default: ['429', '500', '502', '503', '504', 'connection'],
				description:
					'Which errors to retry. Quota, API key, and input errors are never retried, because waiting does not fix them.',
			},
		],
	},
	{
		displayName: 'Throughput',
		name: 'throughput',
		type: 'collection',
		placeholder: 'Add Throughput Setting',
		default: {},
		description:
			'How many requests to send at once. By default, the node adapts to what W&B allows. Uses the values of the first item.',
		displayOptions: { show: { resource: ['chat'], operation: ['complete'] } },
		options: [
			{
				displayName: 'Mode',
				name: 'mode',
				type: 'options',
				options: [
					{
						name: 'Automatic',
						value: 'adaptive',
						description: 'Send as many requests as the service accepts',
					},
					{
						name: 'Fixed',
						value: 'fixed',
						description: "Send as many requests at once as 'Max Concurrency' says",
					},
				],
				default: 'adaptive',
				description: 'How to decide how many requests to send at once',
			},
			{
				displayName: 'Max Concurrency',
				name: 'maxConcurrency',
				type: 'number',
				typeOptions: { minValue: 1, numberPrecision: 0 },
				default: 64,
				description:
					"In 'Automatic' mode, the most requests that a run sends at once. In 'Fixed' mode, how many all runs of this node together send at once; 1 if you do not add this setting.",
			},
		],
	},
	{
		displayName: 'Budget',
		name: 'budget',
		type: 'collection',
		placeholder: 'Add Limit',
		default: {},
		description:
			'What a run of this node may use. Items that no longer fit are not sent and fail with the kind budget. Uses the values of the first item.',
		displayOptions: { show: { resource: ['chat'], operation: ['complete'] } },
		options: [
			{
				displayName: 'Max Cost (USD)',
				name: 'maxCost',
				type: 'number',
				typeOptions: { minValue: 0, numberPrecision: 4 },
				default: 1,
				description:
					'What all items of a run may cost in total. Requires models whose prices are known.',
			},
			{
				displayName: 'Max Tokens',
				name: 'maxTokens',
				type: 'number',
				typeOptions: { minValue: 1, numberPrecision: 0 },
				default: 100000,
				description: 'How many tokens all items of a run may use in total, prompts included',
			},
		],
	},
];
