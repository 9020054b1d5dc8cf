import type { INodeProperties } from 'n8n-workflow';
import type { OptionsOf } from '../shared/OptionsOf';

export const imageSources: OptionsOf<'binary' | 'none' | 'url'> = [
	{ name: 'Binary Data', value: 'binary', description: 'A file from the input item' },
	{ name: 'None', value: 'none' },
	{
		name: 'URL',
		value: 'url',
		description: 'Sent to the service as text. n8n does not fetch it.',
	},
];

export const imageDetails: OptionsOf<'auto' | 'high' | 'low'> = [
	{ name: 'Auto', value: 'auto', description: 'Let the service decide' },
	{ name: 'High', value: 'high' },
	{ name: 'Low', value: 'low' },
];

/** The fields of one message, in the order in which users fill them in. */
const messageRow: INodeProperties[] = [
	{
		displayName: 'Role',
		name: 'role',
		type: 'options',
		options: [
			{
				name: 'Assistant',
				value: 'assistant',
				description: 'An earlier answer of the model, or an example of how to answer',
			},
			{
				name: 'System',
				value: 'system',
				description: 'Tell the model how to behave',
			},
			{
				name: 'Tool',
				value: 'tool',
				description: 'Send the result of a tool call that the model asked for',
			},
			{
				name: 'User',
				value: 'user',
				description: 'Ask the model something',
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
		displayOptions: { hide: { role: ['system'] } },
	},
	{
		displayName: 'Content',
		name: 'content',
		type: 'string',
		typeOptions: { rows: 2 },
		default: '',
		placeholder: 'e.g. You are a friendly support agent. Leave empty to send no system message.',
		displayOptions: { show: { role: ['system'] } },
	},
	{
		displayName: 'Tool Call ID',
		name: 'toolCallId',
		type: 'string',
		default: '',
		description: 'ID of the tool call that this message is the result of',
		displayOptions: { show: { role: ['tool'] } },
	},
	{
		displayName: 'Image Source',
		name: 'imageSource',
		type: 'options',
		options: imageSources,
		default: 'none',
		description: 'Image to send with the message. Requires a model with vision.',
		displayOptions: { show: { role: ['user'] } },
	},
	{
		displayName: 'Image URL',
		name: 'imageUrl',
		type: 'string',
		default: '',
		typeOptions: { rows: 2 },
		placeholder: 'e.g. https://example.com/photo.jpg',
		description: 'Enter multiple URLs one per line, or use an expression that returns a list',
		displayOptions: { show: { role: ['user'], imageSource: ['url'] } },
	},
	{
		displayName: 'Input Data Field Name',
		name: 'binaryPropertyName',
		type: 'string',
		default: 'data',
		description:
			'The name of the input field that contains the image file. Separate multiple names with commas. An expression can also return the file itself, or a list of files.',
		displayOptions: { show: { role: ['user'], imageSource: ['binary'] } },
	},
	{
		displayName: 'Image Detail',
		name: 'imageDetail',
		type: 'options',
		options: imageDetails,
		default: 'auto',
		description: 'How closely the model looks at the image. High detail uses more tokens.',
		displayOptions: { show: { role: ['user'], imageSource: ['binary', 'url'] } },
	},
];

/** The two ways to enter a conversation: one row per message, or a JSON array. */
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
		default: {
			values: [
				{ role: 'system', content: '' },
				{ role: 'user', content: '' },
			],
		},
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
			"Array of messages in OpenAI's format, e.g. a conversation history built by an earlier node",
		displayOptions: {
			show: { resource: ['chat'], operation: ['complete'], specifyMessages: ['json'] },
		},
	},
];
