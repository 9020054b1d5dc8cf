import type { INodeProperties } from 'n8n-workflow';

const objectSchemaExample = `{
  "type": "object",
  "properties": {
    "category": { "type": "string", "enum": ["bug", "question", "praise"] },
    "summary": { "type": "string" }
  },
  "required": ["category", "summary"],
  "additionalProperties": false
}`;

/** What the answer may be: its format, the tools it may ask for, and how it comes out. */
export const answerFields: INodeProperties[] = [
	{
		displayName: 'Response Format',
		name: 'responseFormat',
		type: 'options',
		options: [
			{
				name: 'JSON Object',
				value: 'json_object',
				description: 'Any JSON object; the messages must ask for JSON',
			},
			{
				name: 'JSON Schema',
				value: 'json_schema',
				description: 'A JSON value of the shape that you give',
			},
			{ name: 'Text', value: 'text' },
		],
		default: 'text',
		description: "With JSON, 'output' holds the value itself rather than text",
		displayOptions: { show: { resource: ['chat'], operation: ['complete'] } },
	},
	{
		displayName: 'Schema Name',
		name: 'schemaName',
		type: 'string',
		default: 'answer',
		description: 'Letters, digits, underscores and hyphens; the model sees it',
		displayOptions: {
			show: { resource: ['chat'], operation: ['complete'], responseFormat: ['json_schema'] },
		},
	},
	{
		displayName: 'JSON Schema',
		name: 'jsonSchema',
		type: 'json',
		typeOptions: { rows: 8 },
		default: objectSchemaExample,
		required: true,
		description:
			'The shape of the answer. With JSON Schema, name, type and limits of each field are described.',
		displayOptions: {
			show: { resource: ['chat'], operation: ['complete'], responseFormat: ['json_schema'] },
		},
	},
	{
		displayName: 'Strict Schema',
		name: 'strictSchema',
		type: 'boolean',
		default: true,
		description: 'Whether the model must follow the schema exactly',
		displayOptions: {
			show: { resource: ['chat'], operation: ['complete'], responseFormat: ['json_schema'] },
		},
	},
	{
		displayName: 'Tools',
		name: 'tools',
		type: 'fixedCollection',
		typeOptions: { multipleValues: true, sortable: true },
		placeholder: 'Add Tool',
		default: {},
		description:
			"Functions that the model may ask for. The calls come out as 'toolCalls' for later nodes to carry out; an AI Agent does this by itself.",
		displayOptions: { show: { resource: ['chat'], operation: ['complete'] } },
		options: [
			{
				displayName: 'Tool',
				name: 'values',
				values: [
					{
						displayName: 'Name',
						name: 'name',
						type: 'string',
						default: '',
						placeholder: 'e.g. get_weather',
					},
					{
						displayName: 'Description',
						name: 'description',
						type: 'string',
						default: '',
						placeholder: 'e.g. Get the weather of a city',
						description: 'What it does and when to use it, for the model',
					},
					{
						displayName: 'Parameters',
						name: 'parameters',
						type: 'json',
						default: '{\n  "type": "object",\n  "properties": {},\n  "required": []\n}',
						description: 'The arguments, as JSON Schema of an object',
					},
					{
						displayName: 'Strict',
						name: 'strict',
						type: 'boolean',
						default: false,
						description: 'Whether the arguments must follow the schema exactly',
					},
				],
			},
		],
	},
	{
		displayName: 'Simplify',
		name: 'simplify',
		type: 'boolean',
		default: true,
		description: 'Whether to return a simplified version of the response instead of the raw data',
		displayOptions: { show: { resource: ['chat'], operation: ['complete'] } },
	},
];
