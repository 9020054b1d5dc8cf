import type { INodeProperties } from 'n8n-workflow';

const causes = [
	{
		name: '408 Time-Out',
		value: '408',
		description:
			"Also nothing received for 'Timeout' seconds. The model may have worked, and be billed, all the same.",
	},
	{ name: '429 Too Many Requests', value: '429' },
	{ name: '500 Server Error', value: '500' },
	{ name: '502 Bad Gateway', value: '502' },
	{ name: '503 Overloaded', value: '503' },
	{ name: '504 Gateway Time-Out', value: '504' },
	{ name: 'Connection Lost', value: 'connection' },
];

/** How requests are repeated and how many run at once. */
export const sendingFields: INodeProperties[] = [
	{
		displayName: 'Retry Policy',
		name: 'retryPolicy',
		type: 'collection',
		placeholder: 'Add Retry Setting',
		default: {},
		description:
			"Failed requests are repeated by themselves, item by item. Leave n8n's own 'Retry On Fail' off: it would send every item again.",
		displayOptions: { show: { resource: ['chat'], operation: ['complete'] } },
		options: [
			{
				displayName: 'Max Retries',
				name: 'maxRetries',
				type: 'number',
				typeOptions: { minValue: 0, numberPrecision: 0 },
				default: 5,
				description:
					"Most repetitions for one item. Waiting for a free place (429 concurrency) does not count; 'Max Wait' bounds it.",
			},
			{
				displayName: 'Max Wait',
				name: 'maxWait',
				type: 'number',
				typeOptions: { minValue: 0 },
				default: 300,
				description:
					'Most seconds that one item may spend waiting between its requests, in all. When the service asks for a longer wait, the item fails at once and says so.',
			},
			{
				displayName: 'Retry On',
				name: 'retryOn',
				type: 'multiOptions',
				options: causes,
				default: ['429', '500', '502', '503', '504', 'connection'],
				description: 'Quota, key and input faults are never repeated: waiting does not help',
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
			'How many items are sent at once. Without a setting the node finds out what W&B allows. Taken from the first item.',
		displayOptions: { show: { resource: ['chat'], operation: ['complete'] } },
		options: [
			{
				displayName: 'Max Concurrency',
				name: 'maxConcurrency',
				type: 'number',
				typeOptions: { minValue: 1, numberPrecision: 0 },
				default: 64,
				description: "Most requests at once. With mode 'Fixed' exactly this many (1 if not set).",
			},
			{
				displayName: 'Mode',
				name: 'mode',
				type: 'options',
				options: [
					{
						name: 'Adaptive',
						value: 'adaptive',
						description: 'As many as the service accepts, found out from its answers',
					},
					{ name: 'Fixed', value: 'fixed', description: 'A number that you set' },
				],
				default: 'adaptive',
			},
		],
	},
];
