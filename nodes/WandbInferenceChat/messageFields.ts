import type { INodeProperties } from 'n8n-workflow';

/** One message. In the order in which a person fills it in. */
const messageRow: INodeProperties[] = [
	{
		displayName: 'Role',
		name: 'role',
		type: 'options',
		options: [
			{
				name: 'Assistant',
				value: 'assistant',
				description: 'What the model said earlier, or an example of how to answer',
			},
			{
				name: 'System',
				value: 'system',
				description: 'How the model should behave',
			},
			{
				name: 'Tool',
				value: 'tool',
				description: 'The result of a tool call that the model asked for',
			},
			{
				name: 'User',
				value: 'user',
				description: 'What the model should answer',
			},
		],
		default: 'user',
	},
	{
		displayName: 'Content',
		name: 'content',
		type: 'string',
		typeOptions: { rows: 3 },
		default: '',
		placeholder: 'e.g. Summarize this message: {{ $json.text }}',
	},
	{
		displayName: 'Tool Call ID',
		name: 'toolCallId',
		type: 'string',
		default: '',
		description: 'The ID of the tool call that this is the result of',
		displayOptions: { show: { role: ['tool'] } },
	},
	{
		displayName: 'Image Source',
		name: 'imageSource',
		type: 'options',
		options: [
			{ name: 'Binary Data', value: 'binary', description: 'A file of the input item' },
			{ name: 'None', value: 'none' },
			{
				name: 'URL',
				value: 'url',
				description: 'Passed on as text: the service fetches it, n8n does not',
			},
		],
		default: 'none',
		description: 'An image for a model that can see',
		displayOptions: { show: { role: ['user'] } },
	},
	{
		displayName: 'Image URL',
		name: 'imageUrl',
		type: 'string',
		default: '',
		placeholder: 'e.g. https://example.com/photo.jpg',
		displayOptions: { show: { role: ['user'], imageSource: ['url'] } },
	},
	{
		displayName: 'Input Data Field Name',
		name: 'binaryPropertyName',
		type: 'string',
		default: 'data',
		description:
			'The name of the input field with the image file. Several names are separated by commas.',
		displayOptions: { show: { role: ['user'], imageSource: ['binary'] } },
	},
];

/** The two ways to give a conversation: one row for each message, or a JSON array. */
export const messageFields: INodeProperties[] = [
	{
		displayName: 'Specify Messages',
		name: 'specifyMessages',
		type: 'options',
		options: [
			{ name: 'Using Fields Below', value: 'fields' },
			{ name: 'Using JSON', value: 'json' },
		],
		default: 'fields',
		displayOptions: { show: { resource: ['chat'], operation: ['complete'] } },
	},
	{
		displayName: 'Messages',
		name: 'messages',
		type: 'fixedCollection',
		typeOptions: { multipleValues: true, sortable: true },
		placeholder: 'Add Message',
		default: { values: [{ role: 'user', content: '' }] },
		displayOptions: {
			show: { resource: ['chat'], operation: ['complete'], specifyMessages: ['fields'] },
		},
		options: [
			{
				displayName: 'Message',
				name: 'values',
				values: messageRow,
			},
		],
	},
	{
		displayName: 'Messages (JSON)',
		name: 'messagesJson',
		type: 'json',
		typeOptions: { rows: 6 },
		default: '[\n  { "role": "user", "content": "Hello!" }\n]',
		required: true,
		description:
			"Array of messages as OpenAI's API words them, e.g. a history that an earlier node put together",
		displayOptions: {
			show: { resource: ['chat'], operation: ['complete'], specifyMessages: ['json'] },
		},
	},
];
