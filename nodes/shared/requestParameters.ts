import type { INodeProperties, JsonValue } from 'n8n-workflow';
import { parameterError } from '../../inference/InferenceError';
import {
	readBoolean,
	readInteger,
	readJsonArray,
	readJsonObject,
	readNumber,
	readText,
	readTexts,
} from './readValue';

/** Which of the two nodes shows a parameter: the chat node, the model of an agent, or both. */
export type ShownBy = 'both' | 'chat';

/** One option of a request: how the canvas shows it and how the API words it. */
export interface RequestParameter {
	property: INodeProperties;
	shownBy: ShownBy;
	/** Its place in the request's body; absent for what steers the sending instead. */
	wire?: {
		name: string;
		/** The value to send, or `undefined` to send nothing. Throws what the person should know. */
		encode: (value: unknown, field: string) => JsonValue | undefined;
	};
}

/** Every request option of both nodes. To add one, add a row: the parity test finds it. */
export const requestParameters: RequestParameter[] = [
	{
		shownBy: 'both',
		wire: { name: 'cache_salt', encode: readText },
		property: {
			displayName: 'Cache Salt',
			name: 'cacheSalt',
			type: 'string',
			default: '',
			description:
				'Requests share cached prompt prefixes only with requests of the same salt. Keeps one customer apart from another.',
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
				'JSON object merged into the request last: adds fields that this node has no option for, and replaces those of the same name',
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
				"Sent with each request, for gateways. 'OpenAI-Project' here replaces the credential's project; 'Authorization' cannot be replaced.",
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
				"IDs of models to try in turn when the chosen one is gone, or still unavailable after all retries. The output's 'model' says which one answered.",
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
				'From -2 to 2. Higher values make the model repeat itself less, in proportion to how often a token already occurred.',
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
				"For the older 'Functions': auto, none, or the name of the function that the model must call. New workflows use 'Tools'.",
		},
	},
	{
		shownBy: 'chat',
		wire: { name: 'functions', encode: readJsonArray },
		property: {
			displayName: 'Functions',
			name: 'functions',
			type: 'json',
			default: '[]',
			placeholder: 'e.g. [{ "name": "get_weather", "parameters": { "type": "object" } }]',
			description: "JSON array of the older function definitions. New workflows use 'Tools'.",
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
			description: 'Whether to return the log probability of each token of the answer',
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
				'JSON object from token ID to a bias between -100 (never) and 100 (always). Token IDs differ from model to model.',
		},
	},
	{
		shownBy: 'both',
		wire: { name: 'max_tokens', encode: readInteger },
		property: {
			displayName: 'Max Tokens',
			name: 'maxTokens',
			type: 'number',
			typeOptions: { minValue: 1, numberPrecision: 0 },
			default: 1024,
			description:
				"Most tokens that the answer may take, its reasoning included. An answer cut here has the finish reason 'length'.",
		},
	},
	{
		shownBy: 'chat',
		wire: { name: 'n', encode: readInteger },
		property: {
			displayName: 'Number of Choices',
			name: 'n',
			type: 'number',
			typeOptions: { minValue: 1, numberPrecision: 0 },
			default: 1,
			description:
				"How many answers to generate for each item. With more than one, 'output' is an array. Each is billed.",
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
			description: 'Whether the model may call several tools at once',
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
				'From -2 to 2. Higher values make the model turn to new topics, by penalising tokens that occurred at all.',
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
				{ name: 'Default', value: 'default', description: 'As the model comes' },
				{ name: 'Disabled', value: 'disabled', description: 'Answer at once, where the model can' },
				{ name: 'Enabled', value: 'enabled', description: 'Think first, where the model can' },
			],
			default: 'default',
			description:
				'Whether a model that can switch thinks before it answers. Some models always think, some never do.',
		},
	},
	{
		shownBy: 'both',
		wire: { name: 'reasoning_effort', encode: readText },
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
			description: 'How long a reasoning model thinks, where it supports this (e.g. gpt-oss)',
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
			description: 'The same seed and parameters give the same answer, as far as the model can',
		},
	},
	{
		shownBy: 'both',
		wire: { name: 'stop', encode: readTexts },
		property: {
			displayName: 'Stop Sequences',
			name: 'stop',
			type: 'string',
			typeOptions: { multipleValues: true, multipleValueButtonText: 'Add Stop Sequence' },
			default: [],
			description: 'The answer ends before the first of these texts. Up to four.',
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
				'Whether to receive the answer piece by piece (the default, also when this option is not added). It keeps long answers from running into time-outs, and lets a chat show them live. The output is the same either way.',
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
			description: 'From 0 to 2. Lower is more predictable, higher more varied.',
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
				'Seconds without a single byte from the service before a request is given up. An answer that keeps coming is never cut. 0 waits without limit.',
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
				"For 'Tools': auto, none, required, or the name of the function that the model must call",
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
				"How many of the likeliest tokens to return for each position, from 0 to 20. Needs 'Log Probabilities'.",
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
				"From 0 to 1. Only the likeliest tokens that make up this share are considered. Change this or 'Temperature', not both.",
		},
	},
	{
		shownBy: 'both',
		wire: { name: 'user', encode: readText },
		property: {
			displayName: 'User',
			name: 'user',
			type: 'string',
			default: '',
			description: 'An ID of your end user, for the service to detect abuse',
		},
	},
];

function encodeReasoning(value: unknown): JsonValue | undefined {
	if (value === 'enabled') return { enable_thinking: true };
	if (value === 'disabled') return { enable_thinking: false };
	return undefined;
}

function encodeToolChoice(value: unknown): JsonValue | undefined {
	const choice = readText(value);
	if (choice === undefined || ['auto', 'none', 'required'].includes(choice)) return choice;
	return { type: 'function', function: { name: choice } };
}

function encodeFunctionCall(value: unknown): JsonValue | undefined {
	const choice = readText(value);
	if (choice === undefined || ['auto', 'none'].includes(choice)) return choice;
	return { name: choice };
}

function encodeLogitBias(value: unknown, field: string): JsonValue | undefined {
	const biases = readJsonObject(value, field);
	for (const [token, bias] of Object.entries(biases ?? {})) {
		if (!/^\d+$/.test(token) || typeof bias !== 'number' || Math.abs(bias) > 100) {
			throw parameterError(
				`'${field}' holds a pair that is not a token ID and a bias`,
				`Write '${field}' as {"1734": -100}: whole token IDs in quotes, biases from -100 to 100.`,
			);
		}
	}
	return biases;
}
