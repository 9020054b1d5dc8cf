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

/** The format of the answer, the tools that the model can call, and the form of the output. */
export const answerFields: INodeProperties[] = [
	{
		displayName: 'Response Format',
		name: 'responseFormat',
		type: 'options',
		options: [
			{
				name: 'JSON Object',
				value: 'json_object',
				description: 'Any JSON object. The messages must ask for JSON.',
			},
			{
				name: 'JSON Schema',
				value: 'json_schema',
				description: 'A JSON value that matches a schema',
			},
			{ name: 'Text', value: 'text' },
		],
		default: 'text',
		description: "With JSON, 'output' is the parsed value instead of text",
		displayOptions: { show: { resource: ['chat'], operation: ['complete'] } },
	},
	{
		displayName: 'Schema Name',
		name: 'schemaName',
		type: 'string',
		default: 'answer',
		description: 'Letters, digits, underscores, and hyphens. The model sees this name.',
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
		description: 'JSON Schema for the answer: the name, type, and constraints of each field',
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
			"Functions that the model can call. Calls are returned in 'toolCalls' for later nodes to run. To have them run automatically, use an AI Agent.",
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
						description: 'Tell the model what the tool does and when to use it',
					},
					{
						displayName: 'Parameters',
						name: 'parameters',
						type: 'json',
						default: '{\n  "type": "object",\n  "properties": {},\n  "required": []\n}',
						description: 'JSON Schema of the arguments, which are an object',
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
