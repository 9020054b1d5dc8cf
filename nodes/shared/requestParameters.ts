import type { INodeProperties, JsonObject, JsonValue } from 'n8n-workflow';
import { asJsonObject, isJsonObject, parseJson } from '../../inference/json';
import { ParameterError } from './ParameterError';
import {
	findChoice,
	readBoolean,
	readChoice,
	readFilledText,
	readInteger,
	readJsonArray,
	readJsonObject,
	readNumber,
	readTexts,
	type Choices,
} from './readValue';

/** Which node shows a parameter: both, or only the chat node. */
export type ShownBy = 'both' | 'chat';

/** One option of a request: its field in n8n and its name and value in the API. */
export interface RequestParameter {
	property: INodeProperties;
	shownBy: ShownBy;
	/** Its field in the request body; absent if the option controls how the request is sent. */
	wire?: {
		name: string;
		/** The value to send, or `undefined` to send nothing. Throws a `ParameterError`. */
		encode: (value: unknown, field: string) => JsonValue | undefined;
	};
}

/** All request options of both nodes. To add one, add a row; the parity test picks it up. */
export const requestParameters: RequestParameter[] = [
	{
		shownBy: 'both',
		wire: { name: 'cache_salt', encode: readFilledText },
		property: {
			displayName: 'Cache Salt',
			name: 'cacheSalt',
			type: 'string',
			default: '',
			description:
				'Requests only share cached prompt prefixes with requests that use the same salt. Use a different salt per customer to keep their caches separate.',
		},
	},
	{
		shownBy: 'both',
		property: {
			displayName: 'Extra Body',
			name: 'extraBody',
			type: 'json',
			default: '{}',
			placeholder: 'e.g. { "top_k": 20, "min_p": 0.05 }',
			description:
				'JSON object that is merged into the request last. Use it for parameters that this node has no option for. It replaces parameters with the same name, except that chat_template_kwargs and stream_options are merged.',
		},
	},
	{
		shownBy: 'both',
		property: {
			displayName: 'Extra Headers',
			name: 'extraHeaders',
			type: 'fixedCollection',
			typeOptions: { multipleValues: true },
			placeholder: 'Add Header',
			default: {},
			description:
				"Headers to send with each chat request, e.g. for a gateway. 'OpenAI-Project' overrides the project in the credential. 'Authorization' and headers such as 'Content-Type' cannot be overridden.",
			options: [
				{
					displayName: 'Header',
					name: 'values',
					values: [
						{ displayName: 'Name', name: 'name', type: 'string', default: '' },
						{ displayName: 'Value', name: 'value', type: 'string', default: '' },
					],
				},
			],
		},
	},
	{
		shownBy: 'both',
		property: {
			displayName: 'Fallback Models',
			name: 'fallbackModels',
			type: 'string',
			typeOptions: { multipleValues: true, multipleValueButtonText: 'Add Model' },
			default: [],
			placeholder: 'e.g. openai/gpt-oss-20b',
			description:
				"IDs of models to try, in order, if the selected model does not exist, is unavailable after all retries, or has too small a context. 'model' in the output is the one that answered.",
		},
	},
	{
		shownBy: 'both',
		wire: { name: 'frequency_penalty', encode: readNumber },
		property: {
			displayName: 'Frequency Penalty',
			name: 'frequencyPenalty',
			type: 'number',
			typeOptions: { minValue: -2, maxValue: 2, numberPrecision: 2 },
			default: 0,
			description:
				'From -2 to 2. Higher values reduce repetition by penalizing tokens in proportion to how often they have occurred.',
		},
	},
	{
		shownBy: 'chat',
		wire: { name: 'function_call', encode: encodeFunctionCall },
		property: {
			displayName: 'Function Call',
			name: 'functionCall',
			type: 'string',
			default: 'auto',
			placeholder: 'e.g. auto',
			description:
				"For the legacy 'Functions': auto, none, or the name of the function that the model must call. In new workflows, use 'Tools'.",
		},
	},
	{
		shownBy: 'chat',
		wire: { name: 'functions', encode: encodeFunctions },
		property: {
			displayName: 'Functions',
			name: 'functions',
			type: 'json',
			default: '[]',
			placeholder: 'e.g. [{ "name": "get_weather", "parameters": { "type": "object" } }]',
			description: "JSON array of legacy function definitions. In new workflows, use 'Tools'.",
		},
	},
	{
		shownBy: 'chat',
		wire: { name: 'logprobs', encode: readBoolean },
		property: {
			displayName: 'Log Probabilities',
			name: 'logprobs',
			type: 'boolean',
			default: true,
			description: 'Whether to return the log probability of each token in the answer',
		},
	},
	{
		shownBy: 'both',
		wire: { name: 'logit_bias', encode: encodeLogitBias },
		property: {
			displayName: 'Logit Bias',
			name: 'logitBias',
			type: 'json',
			default: '{}',
			placeholder: 'e.g. { "1734": -100 }',
			description:
				'JSON object that maps token IDs to a bias from -100 (never) to 100 (always). Token IDs differ between models.',
		},
	},
	{
		shownBy: 'both',
		wire: { name: 'max_tokens', encode: encodeCount },
		property: {
			displayName: 'Max Tokens',
			name: 'maxTokens',
			type: 'number',
			typeOptions: { minValue: 1, numberPrecision: 0 },
			default: 1024,
			description:
				"Maximum number of tokens to generate, including reasoning. If the answer is cut off, the finish reason is 'length'.",
		},
	},
	{
		shownBy: 'chat',
		wire: { name: 'n', encode: encodeCount },
		property: {
			displayName: 'Number of Choices',
			name: 'n',
			type: 'number',
			typeOptions: { minValue: 1, numberPrecision: 0 },
			default: 1,
			description:
				"How many answers to generate for each item. Each one is billed. If more than one, 'output' is an array. Not possible with connected tools.",
		},
	},
	{
		shownBy: 'both',
		wire: { name: 'parallel_tool_calls', encode: readBoolean },
		property: {
			displayName: 'Parallel Tool Calls',
			name: 'parallelToolCalls',
			type: 'boolean',
			default: true,
			description: 'Whether the model can call several tools at once',
		},
	},
	{
		shownBy: 'both',
		wire: { name: 'presence_penalty', encode: readNumber },
		property: {
			displayName: 'Presence Penalty',
			name: 'presencePenalty',
			type: 'number',
			typeOptions: { minValue: -2, maxValue: 2, numberPrecision: 2 },
			default: 0,
			description:
				'From -2 to 2. Higher values encourage new topics by penalizing tokens that have occurred at all.',
		},
	},
	{
		shownBy: 'both',
		wire: { name: 'chat_template_kwargs', encode: encodeReasoning },
		property: {
			displayName: 'Reasoning',
			name: 'reasoning',
			type: 'options',
			options: [
				{ name: 'Default', value: 'default', description: "Use the model's default" },
				{
					name: 'Disabled',
					value: 'disabled',
					description: 'Skip reasoning, if the model supports it',
				},
				{
					name: 'Enabled',
					value: 'enabled',
					description: 'Reason before answering, if the model supports it',
				},
			],
			default: 'default',
			description:
				'Whether the model should reason before answering. Has no effect on models that always or never reason.',
		},
	},
	{
		shownBy: 'both',
		wire: { name: 'reasoning_effort', encode: encodeReasoningEffort },
		property: {
			displayName: 'Reasoning Effort',
			name: 'reasoningEffort',
			type: 'options',
			options: [
				{ name: 'Low', value: 'low' },
				{ name: 'Medium', value: 'medium' },
				{ name: 'High', value: 'high' },
			],
			default: 'medium',
			description:
				'How much a reasoning model should think, if it supports this option (e.g. gpt-oss)',
		},
	},
	{
		shownBy: 'both',
		wire: { name: 'seed', encode: readInteger },
		property: {
			displayName: 'Seed',
			name: 'seed',
			type: 'number',
			typeOptions: { numberPrecision: 0 },
			default: 0,
			description:
				'Makes answers more repeatable: the same seed and parameters usually return the same answer',
		},
	},
	{
		shownBy: 'chat',
		property: {
			displayName: 'Show in Chat',
			name: 'showInChat',
			type: 'boolean',
			default: true,
			description:
				'Whether to show the text of this node in the chat or webhook of an execution that streams. Turn it off for nodes whose answer is not for the reader.',
		},
	},
	{
		shownBy: 'both',
		wire: { name: 'stop', encode: encodeStop },
		property: {
			displayName: 'Stop Sequences',
			name: 'stop',
			type: 'string',
			typeOptions: { multipleValues: true, multipleValueButtonText: 'Add Stop Sequence' },
			default: [],
			description:
				'Up to four sequences at which the model stops generating. \\n stands for a line break, \\t for a tab, and \\\\ for a backslash.',
		},
	},
	{
		shownBy: 'both',
		property: {
			displayName: 'Stream',
			name: 'stream',
			type: 'boolean',
			default: true,
			description:
				'Whether to receive the answer while it is being generated. On by default. Avoids timeouts on long answers. The output is the same either way.',
		},
	},
	{
		shownBy: 'both',
		wire: { name: 'temperature', encode: readNumber },
		property: {
			displayName: 'Temperature',
			name: 'temperature',
			type: 'number',
			typeOptions: { minValue: 0, maxValue: 2, numberPrecision: 2 },
			default: 1,
			description: 'From 0 to 2. Lower values are more predictable, higher ones more varied.',
		},
	},
	{
		shownBy: 'both',
		property: {
			displayName: 'Timeout',
			name: 'timeout',
			type: 'number',
			typeOptions: { minValue: 0 },
			default: 300,
			description:
				'How many seconds to wait without receiving any data before giving up. A response that is still arriving is never cut off. Keep-alive messages alone extend the wait to three times this value. Set to 0 for no limit.',
		},
	},
	{
		shownBy: 'chat',
		wire: { name: 'tool_choice', encode: encodeToolChoice },
		property: {
			displayName: 'Tool Choice',
			name: 'toolChoice',
			type: 'string',
			default: 'auto',
			placeholder: 'e.g. required',
			description:
				"For 'Tools': auto, none, required, or the name of the function that the model must call. With connected tools, required and names apply to the first request only.",
		},
	},
	{
		shownBy: 'chat',
		wire: { name: 'top_logprobs', encode: readInteger },
		property: {
			displayName: 'Top Log Probabilities',
			name: 'topLogprobs',
			type: 'number',
			typeOptions: { minValue: 0, maxValue: 20, numberPrecision: 0 },
			default: 5,
			description:
				"How many of the most likely tokens to return for each position, from 0 to 20. More than 0 turns on 'Log Probabilities', unless you turned it off.",
		},
	},
	{
		shownBy: 'both',
		wire: { name: 'top_p', encode: readNumber },
		property: {
			displayName: 'Top P',
			name: 'topP',
			type: 'number',
			typeOptions: { minValue: 0, maxValue: 1, numberPrecision: 3 },
			default: 1,
			description:
				"From 0 to 1. Only the most likely tokens that add up to this probability are considered. Change this or 'Temperature', but not both.",
		},
	},
	{
		shownBy: 'both',
		property: {
			displayName: 'Trace to Weave',
			name: 'traceToWeave',
			type: 'boolean',
			default: false,
			description:
				"Whether to send prompts, answers, and the runs of connected tools to W&B Weave, where you can see each request with its tokens and cost. Requires 'Weave URL', and 'Project' in the credential or an 'OpenAI-Project' header.",
		},
	},
	{
		shownBy: 'both',
		wire: { name: 'user', encode: readFilledText },
		property: {
			displayName: 'User',
			name: 'user',
			type: 'string',
			default: '',
			description: 'An identifier for your end user, to help the service detect abuse',
		},
	},
];

function encodeCount(value: unknown, field: string): number | undefined {
	return readInteger(value, field, 1);
}

/** An empty list is what the field starts with, and the API does not accept it. */
function encodeFunctions(value: unknown, field: string): JsonValue[] | undefined {
	const functions = readJsonArray(value, field);
	return functions?.length === 0 ? undefined : functions;
}

const reasoningChoices = [
	'default',
	'enabled',
	'disabled',
	{ name: 'True', value: 'enabled' },
	{ name: 'False', value: 'disabled' },
] as const;

function encodeReasoning(value: unknown, field: string): JsonObject | undefined {
	const reasoning = readChoice(value, field, reasoningChoices, 'default');
	return reasoning === 'default' ? undefined : { enable_thinking: reasoning === 'enabled' };
}

/** Services add levels, so unknown ones are sent as they are. */
function encodeReasoningEffort(value: unknown): string | undefined {
	return findChoice(value, ['low', 'medium', 'high']) ?? readFilledText(value)?.trim();
}

/** A backslash and a letter, as people type it in a field of one line, become one character. */
function encodeStop(value: unknown): string[] | undefined {
	const characters: Record<string, string> = { n: '\n', r: '\r', t: '\t', '\\': '\\' };
	return readTexts(value)?.map((text) =>
		text.replace(/\\([nrt\\])/g, (typed, letter: string) => characters[letter] ?? typed),
	);
}

/** LangChain says 'any' where the API says 'required'. */
const toolChoices = ['auto', 'none', 'required', { name: 'Any', value: 'required' }] as const;

function encodeToolChoice(value: unknown): JsonValue | undefined {
	return encodeCall(value, toolChoices, (name) => ({ type: 'function', function: { name } }));
}

function encodeFunctionCall(value: unknown): JsonValue | undefined {
	return encodeCall(value, ['auto', 'none'], (name) => ({ name }));
}

/** One of the words, or the function to call: its name, or an object that contains its name. */
function encodeCall(
	value: unknown,
	words: Choices<string>,
	toCall: (name: JsonValue) => JsonObject,
): JsonValue | undefined {
	const text = readFilledText(value)?.trim();
	if (text === undefined) return undefined;
	const json = parseJson(text);
	if (!isJsonObject(json)) return findChoice(text, words) ?? toCall(text);
	const name = asJsonObject(json.function).name ?? json.name;
	return name === undefined ? json : toCall(name);
}

function encodeLogitBias(value: unknown, field: string): JsonValue | undefined {
	const biases = readJsonObject(value, field);
	for (const [token, bias] of Object.entries(biases ?? {})) {
		if (!/^\d+$/.test(token) || typeof bias !== 'number' || Math.abs(bias) > 100) {
			throw new ParameterError(
				`'${field}' contains an invalid entry`,
				`Enter '${field}' as {"1734": -100}: token IDs in quotes, each with a bias from -100 to 100.`,
			);
		}
	}
	return Object.keys(biases ?? {}).length === 0 ? undefined : biases;
}
