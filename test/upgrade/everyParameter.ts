import type { INodeParameters } from 'n8n-workflow';
import type { SavedNode } from './savedNode';

/** A model from the list, as the editor saves it. */
const listed = {
	__rl: true,
	mode: 'list',
	value: 'openai/gpt-oss-20b',
	cachedResultName: 'openai/gpt-oss-20b',
};
const typed = { __rl: true, mode: 'id', value: 'wandb/zai-org/GLM-5.1' };
const sight = { __rl: true, mode: 'id', value: 'google/gemma-4-31B-it' };

/** The simulator's models would reason at length otherwise. */
const say = (content: string): INodeParameters => ({
	values: [{ role: 'user', content: `${content}[[reason: Hm.]]` }],
});

const weather = {
	name: 'get_weather',
	description: 'Weather of a city',
	parameters: { type: 'object', properties: { city: { type: 'string' } } },
};

const sharedOptions: INodeParameters = {
	cacheSalt: 'tenant-7',
	extraBody: '{ "top_k": 20, "min_p": 0.05 }',
	extraHeaders: {
		values: [
			{ name: 'X-Team', value: 'blue' },
			{ name: 'OpenAI-Project', value: 'other-team/other-project' },
		],
	},
	fallbackModels: ['openai/gpt-oss-20b'],
	frequencyPenalty: 0.5,
	logitBias: '{ "1734": -100 }',
	maxTokens: 200,
	parallelToolCalls: false,
	presencePenalty: -0.5,
	reasoning: 'disabled',
	reasoningEffort: 'low',
	seed: 42,
	stop: ['END', 'STOP'],
	temperature: 0.7,
	timeout: 30,
	topP: 0.9,
	user: 'user-1',
};

const tool: INodeParameters = {
	name: weather.name,
	description: weather.description,
	parameters: JSON.stringify(weather.parameters),
	strict: true,
};

const schema = {
	type: 'object',
	properties: { mood: { type: 'string', enum: ['good', 'bad'] } },
	required: ['mood'],
	additionalProperties: false,
};

const messageRows: INodeParameters[] = [
	{ role: 'system', content: 'You are brief.' },
	{ role: 'user', content: '={{ "Hello from " + $json.city }}' },
	{ role: 'assistant', content: 'Hello!' },
	{
		role: 'user',
		content: 'One',
		imageSource: 'url',
		imageUrl: 'https://example.com/a.png',
		imageDetail: 'low',
	},
	{ role: 'user', content: 'Two', imageSource: 'binary', binaryPropertyName: 'photo' },
	{ role: 'user', content: '[[answer: Nice photos.]][[reason: Hm.]]' },
];

/** A PNG of one pixel. */
const photo = {
	mimeType: 'image/png',
	data: 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
};

const chatNodes: Array<Omit<SavedNode, 'type'>> = [
	{
		name: 'a new node with a message',
		parameters: { model: listed, messages: say('[[answer: Hello!]]') },
	},
	{
		name: 'every option',
		parameters: {
			model: typed,
			messages: say('[[answer: Hello!]]'),
			options: {
				...sharedOptions,
				logprobs: true,
				topLogprobs: 2,
				n: 2,
				showInChat: false,
				toolChoice: 'none',
			},
			tools: { values: [tool] },
		},
	},
	{
		name: 'the options that do not go with the others',
		parameters: {
			model: typed,
			messages: say('[[call: get_weather {"city": "Rome"}]]'),
			simplify: false,
			options: {
				stream: false,
				logprobs: false,
				reasoning: 'enabled',
				functions: JSON.stringify([weather]),
				functionCall: 'get_weather',
			},
		},
	},
	{
		name: 'options that were added and left as they are',
		parameters: {
			model: listed,
			messages: say('[[answer: Hello!]]'),
			options: {
				...{ extraBody: '{}', extraHeaders: {}, fallbackModels: [], stop: [] },
				...{ frequencyPenalty: 0, presencePenalty: 0, logitBias: '{}', maxTokens: 1024, n: 1 },
				...{ parallelToolCalls: true, reasoning: 'default', reasoningEffort: 'medium', seed: 0 },
				...{ stream: true, temperature: 1, timeout: 300, topP: 1, user: '', functions: '[]' },
			},
		},
	},
	{
		name: 'tools',
		parameters: {
			model: typed,
			messages: say('[[call: get_weather {"city": "Rome"}]]'),
			tools: { values: [tool] },
			maxToolRounds: 3,
			options: { toolChoice: 'get_weather', reasoning: 'disabled' },
		},
	},
	{
		name: 'every kind of message',
		parameters: { model: sight, messages: { values: messageRows } },
		items: [{ json: { city: 'Rome' }, binary: { photo } }],
	},
	{
		// The service rejects the result of a tool call that nobody made.
		name: 'the result of a tool call',
		parameters: {
			model: typed,
			messages: { values: [{ role: 'tool', content: 'Sunny', toolCallId: 'call_1' }] },
		},
		onError: 'continueRegularOutput',
	},
	{
		name: 'messages as JSON, and a JSON schema',
		parameters: {
			model: typed,
			specifyMessages: 'json',
			messagesJson: '[{ "role": "user", "content": "[[answer: {\\"mood\\": \\"good\\"}]]" }]',
			responseFormat: 'json_schema',
			schemaType: 'manual',
			schemaName: 'mood_of_text',
			jsonSchema: JSON.stringify(schema),
			strictSchema: false,
			options: { reasoning: 'disabled' },
		},
	},
	{
		name: 'a JSON example',
		needs: 'jsonExample',
		parameters: {
			model: typed,
			messages: say('[[answer: {"mood": "good", "summary": "Fine", "category": "bug"}]]'),
			responseFormat: 'json_schema',
			jsonExample: '{ "mood": "good", "summary": "", "category": "" }',
			options: { reasoning: 'disabled' },
		},
	},
	{
		name: 'the JSON schema that a new node starts with',
		parameters: {
			model: listed,
			messages: say('[[answer: {"category": "bug", "summary": "It crashes"}]]'),
			responseFormat: 'json_schema',
		},
	},
	{
		name: 'a JSON object',
		parameters: {
			model: listed,
			messages: say('[[answer: {"a": [1, null]}]]'),
			responseFormat: 'json_object',
			repairAttempts: 2,
		},
	},
	{
		name: 'every setting for retries, throughput, and the budget',
		parameters: {
			model: listed,
			messages: say('=[[answer: {{ $json.row }}]]'),
			retryPolicy: { maxRetries: 2, maxWait: 20, retryOn: ['429', '503'] },
			throughput: { mode: 'fixed', maxConcurrency: 2 },
			budget: { maxCost: 5, maxTokens: 50_000 },
		},
		items: [{ json: { row: 0 } }, { json: { row: 1 } }, { json: { row: 2 } }],
	},
	{
		name: 'a trace',
		parameters: {
			model: listed,
			messages: say('[[answer: Hello!]]'),
			options: { traceToWeave: true },
		},
	},
	{
		name: 'a model that is gone, with a fallback',
		parameters: {
			model: { __rl: true, mode: 'id', value: 'gone/model' },
			messages: say('[[answer: Hello!]]'),
			options: { fallbackModels: ['also/gone', 'wandb/openai/gpt-oss-20b'] },
		},
	},
	{
		name: 'an item that fails under Continue',
		parameters: {
			model: listed,
			messages: say('[[answer: {{ $json.row }}]]'),
			options: { temperature: '={{ $json.temperature }}' },
		},
		onError: 'continueRegularOutput',
		items: [{ json: { temperature: 9 } }, { json: { temperature: 1 } }],
	},
	{ name: 'all models', parameters: { resource: 'model', operation: 'getMany', returnAll: true } },
	{ name: 'some models', parameters: { resource: 'model', operation: 'getMany', limit: 3 } },
];

const chatModels: Array<Omit<SavedNode, 'type'>> = [
	{
		name: 'a new chat model',
		parameters: { model: listed },
		prompt: '[[answer: Hello!]][[reason: Hm.]]',
	},
	{
		name: 'a chat model with every option',
		parameters: {
			model: typed,
			options: {
				...sharedOptions,
				...{ maxRetries: 1, maxWait: 20, maxConcurrency: 4, traceToWeave: true },
			},
		},
		prompt: '[[answer: Hello!]]',
	},
	{
		name: 'a chat model without streaming, in JSON',
		parameters: { model: typed, options: { stream: false, responseFormat: 'json_object' } },
		prompt: 'As JSON [[answer: {"a": 1}]][[reason: Hm.]]',
	},
	{
		name: 'a chat model with tools',
		parameters: { model: listed },
		prompt: '[[call: get_weather {"city": "Rome"}]][[reason: Hm.]]',
		tools: [{ type: 'function', function: weather }],
	},
];

/** Every field of the credential besides the key; `weaveUrl` is added when it runs. */
export const credentialFields = {
	project: 'team/project',
	headers: '{ "X-Gateway": "blue" }',
};

/**
 * Nodes that together set every parameter and option of both nodes to another value than its
 * default, as far as the version that saves them knows it.
 */
export const everyParameter: SavedNode[] = [
	...chatNodes.map((node): SavedNode => ({ ...node, type: 'wandbInferenceChat' })),
	{
		name: 'a tool of an agent',
		type: 'wandbInferenceChatTool',
		parameters: { model: listed, messages: say('[[answer: Hello!]]') },
	},
	...chatModels.map((node): SavedNode => ({ ...node, type: 'lmChatWandbInference' })),
];
