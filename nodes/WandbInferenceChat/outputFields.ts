import type { INodeProperties } from 'n8n-workflow';
import type { OptionsOf } from '../shared/OptionsOf';

const forChat = { resource: ['chat'], operation: ['complete'] };
const forJson = { ...forChat, responseFormat: ['json_object', 'json_schema'] };
const forSchema = { ...forChat, responseFormat: ['json_schema'] };

export const responseFormats: OptionsOf<'text' | 'json_object' | 'json_schema'> = [
	{
		name: 'JSON Object',
		value: 'json_object',
		description: 'Any JSON object. The messages must ask for JSON.',
	},
	{
		name: 'JSON Schema',
		value: 'json_schema',
		description: 'A JSON value with the fields that you define',
	},
	{ name: 'Text', value: 'text' },
];

export const schemaTypes: OptionsOf<'example' | 'manual'> = [
	{ name: 'Generate From JSON Example', value: 'example' },
	{ name: 'Define Using JSON Schema', value: 'manual' },
];

export const defaultJsonExample = `{
  "category": "bug",
  "summary": "The app crashes on start"
}`;

const objectSchemaExample = `{
  "type": "object",
  "properties": {
    "category": { "type": "string", "enum": ["bug", "question", "praise"] },
    "summary": { "type": "string" }
  },
  "required": ["category", "summary"],
  "additionalProperties": false
}`;

const schemaFields: INodeProperties[] = [
	{
		displayName: 'Schema Type',
		name: 'schemaType',
		type: 'options',
		noDataExpression: true,
		options: schemaTypes,
		default: 'example',
		description: 'How to define the fields of the answer',
		displayOptions: { show: forSchema },
	},
	{
		displayName: 'JSON Example',
		name: 'jsonExample',
		type: 'json',
		typeOptions: { rows: 5 },
		default: defaultJsonExample,
		description: 'An example of the answer. Only its field names and types count, not its values.',
		displayOptions: { show: { ...forSchema, schemaType: ['example'] } },
	},
	{
		displayName:
			"All fields of the example are required. For optional fields or allowed values, set 'Schema Type' to 'Define Using JSON Schema'.",
		name: 'exampleNotice',
		type: 'notice',
		default: '',
		displayOptions: { show: { ...forSchema, schemaType: ['example'] } },
	},
	{
		displayName:
			"This node still uses the JSON Schema that was saved with it. To see it, set 'Schema Type' to 'Define Using JSON Schema'. To replace it, change the example.",
		name: 'savedSchemaNotice',
		type: 'notice',
		default: '',
		displayOptions: {
			show: {
				...forSchema,
				schemaType: ['example'],
				jsonExample: [defaultJsonExample],
				jsonSchema: [{ _cnd: { exists: true } }],
			},
		},
	},
	{
		displayName: 'JSON Schema',
		name: 'jsonSchema',
		type: 'json',
		typeOptions: { rows: 8 },
		default: objectSchemaExample,
		required: true,
		description: 'JSON Schema that the answer must match',
		displayOptions: { show: { ...forSchema, schemaType: ['manual'] } },
	},
	{
		// Keeps the schema of nodes that were saved before there was a schema type: n8n drops the
		// values of fields that are not displayed.
		displayName: 'JSON Schema',
		name: 'jsonSchema',
		type: 'hidden',
		default: '',
		displayOptions: { show: { ...forSchema, schemaType: ['example'] } },
	},
	{
		displayName: 'Schema Name',
		name: 'schemaName',
		type: 'string',
		default: 'answer',
		description: 'Letters, digits, underscores, and hyphens. The model sees this name.',
		displayOptions: { show: forSchema },
	},
	{
		displayName: 'Strict Schema',
		name: 'strictSchema',
		type: 'boolean',
		default: true,
		description:
			'Whether the service must keep the model to the schema while it writes. The answer is checked in any case.',
		displayOptions: { show: forSchema },
	},
];

/** The format of the answer, the tools that the model can call, and the form of the output. */
export const answerFields: INodeProperties[] = [
	{
		displayName: 'Response Format',
		name: 'responseFormat',
		type: 'options',
		options: responseFormats,
		default: 'text',
		description: "With JSON, 'output' is the parsed value instead of text",
		displayOptions: { show: forChat },
	},
	...schemaFields,
	{
		displayName: 'Repair Attempts',
		name: 'repairAttempts',
		type: 'number',
		typeOptions: { minValue: 0, maxValue: 3, numberPrecision: 0 },
		default: 1,
		description:
			'How often to tell the model what is wrong with an invalid answer and ask again. Each attempt is billed.',
		displayOptions: { show: forJson },
	},
	{
		displayName: 'Tools',
		name: 'tools',
		type: 'fixedCollection',
		typeOptions: { multipleValues: true, sortable: true },
		placeholder: 'Add Tool',
		default: {},
		description:
			"Functions that the model can call. Calls are returned in 'toolCalls' for later nodes to run. To have tools run automatically, connect them to the node instead. If the model calls both kinds at once, all calls are returned and none is run.",
		displayOptions: { show: forChat },
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
		displayName: 'Max Tool Rounds',
		name: 'maxToolRounds',
		type: 'number',
		typeOptions: { minValue: 1, numberPrecision: 0 },
		default: 10,
		description:
			'With connected tools, how many times the model may call tools before it must answer. Calls that it makes at once count as one. Each round is billed.',
		displayOptions: { show: forChat },
	},
	{
		displayName: 'Simplify',
		name: 'simplify',
		type: 'boolean',
		default: true,
		description: 'Whether to return a simplified version of the response instead of the raw data',
		displayOptions: { show: forChat },
	},
];
