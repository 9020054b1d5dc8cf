import type {
	IDataObject,
	INodeExecutionData,
	INodeParameters,
	NodeOperationError,
} from 'n8n-workflow';
import { runChatNode } from '../../support/chatNode';
import { chatParameters } from '../../../tools/engine/createExecuteContext';
import { useSimulator } from '../../support/useSimulator';

const simulator = useSimulator();

interface BadInput {
	what: string;
	parameters?: INodeParameters;
	credential?: IDataObject;
	item?: Partial<INodeExecutionData>;
	message: RegExp;
	advice: RegExp;
	kind?: string;
}

const user = { role: 'user', content: 'Hello!' };
const options = (values: INodeParameters): INodeParameters => ({ options: values });
const header = (name: string, value: string): INodeParameters =>
	options({ extraHeaders: { values: [{ name, value }] } });

const badInputs: BadInput[] = [
	{
		what: 'no model',
		parameters: { model: { __rl: true, mode: 'list', value: '' } },
		message: /'Model' is empty/,
		advice: /From List/,
	},
	{
		what: 'no message',
		parameters: { messages: {} },
		message: /'Messages' is empty/,
		advice: /User/,
	},
	{
		what: 'a blank user message',
		parameters: { messages: { values: [user, { role: 'user', content: ' ' }] } },
		message: /'Content' of message 2 is empty/,
		advice: /image/,
	},
	{
		what: 'an expression that resolves to nothing',
		parameters: { messages: { values: [{ role: 'user', content: '={{ $json.nothing }}' }] } },
		message: /'Content' of message 1 has no value/,
		advice: /expression found nothing/,
	},
	{
		what: 'a tool result without an ID',
		parameters: { messages: { values: [{ role: 'tool', content: '1', toolCallId: '' }] } },
		message: /'Tool Call ID' of message 1 is empty/,
		advice: /toolCalls/,
	},
	{
		what: 'messages that are not JSON',
		parameters: { specifyMessages: 'json', messagesJson: '[{"role": "user", "content": secret}]' },
		message: /'Messages \(JSON\)' is not valid JSON/,
		advice: /quotes, commas and brackets/,
	},
	{
		what: 'messages that are not an array',
		parameters: { specifyMessages: 'json', messagesJson: '={{ { "a": 1 } }}' },
		message: /'Messages \(JSON\)' is not a JSON array/,
		advice: /square brackets/,
	},
	{
		what: 'an empty array of messages',
		parameters: { specifyMessages: 'json', messagesJson: '[]' },
		message: /'Messages \(JSON\)' is empty/,
		advice: /at least one message/,
	},
	{
		what: 'a message without a role',
		parameters: { specifyMessages: 'json', messagesJson: [user, { content: 'x' }] as never },
		message: /Message 2 in 'Messages \(JSON\)' is not a valid message/,
		advice: /'role'/,
	},
	{
		what: 'a role that does not exist',
		parameters: { messages: { values: [user, { role: '={{ "customer" }}', content: 'x' }] } },
		message: /'Role of message 2' has an unknown value/,
		advice: /system, developer, user, assistant, tool, function/,
	},
	{
		what: 'a way to specify messages that does not exist',
		parameters: { specifyMessages: '={{ "both" }}' },
		message: /'Specify Messages' has an unknown value/,
		advice: /fields, json/,
	},
	{
		what: 'a missing image',
		parameters: {
			messages: { values: [{ ...user, imageSource: 'binary', binaryPropertyName: 'photo' }] },
		},
		message: /the item has no file named 'photo'/,
		advice: /Input Data Field Name/,
	},
	{
		what: 'a file that is not an image',
		parameters: {
			messages: { values: [{ ...user, imageSource: 'binary', binaryPropertyName: 'data' }] },
		},
		item: { binary: { data: { mimeType: 'application/pdf', data: 'JVBERi0=' } } },
		message: /'data' of message 1 is not an image \(application\/pdf\)/,
		advice: /PNG/,
	},
	{
		what: 'an image address that is a path',
		parameters: {
			messages: { values: [{ ...user, imageSource: 'url', imageUrl: 'file:///etc/passwd' }] },
		},
		message: /'Image URL' of message 1 is not a valid web address/,
		advice: /https/,
	},
	{
		what: 'a schema that is not JSON',
		parameters: { responseFormat: 'json_schema', jsonSchema: '{"type": }' },
		message: /'JSON Schema' is not valid JSON/,
		advice: /quotes, commas and brackets/,
	},
	{
		what: 'a schema that is not an object',
		parameters: { responseFormat: 'json_schema', jsonSchema: '[]' },
		message: /'JSON Schema' is not a JSON object/,
		advice: /braces/,
	},
	{
		what: 'an empty schema',
		parameters: { responseFormat: 'json_schema', schemaType: 'manual', jsonSchema: '' },
		message: /'JSON Schema' is empty/,
		advice: /must match/,
	},
	{
		what: 'a schema name with a space',
		parameters: { responseFormat: 'json_schema', jsonSchema: '{}', schemaName: 'my schema' },
		message: /'Schema Name' is not a valid name/,
		advice: /letters, digits/,
	},
	{
		what: 'a tool without a name',
		parameters: { tools: { values: [{ name: '', parameters: '{}' }] } },
		message: /'Name of tool 1' is not a valid name/,
		advice: /letters, digits/,
	},
	{
		what: 'tool parameters that are not JSON',
		parameters: { tools: { values: [{ name: 'f', parameters: '{' }] } },
		message: /'Parameters of tool 1' is not valid JSON/,
		advice: /brackets/,
	},
	{
		what: 'a tool that is neither strict nor not',
		parameters: { tools: { values: [{ name: 'f', strict: '={{ "perhaps" }}' }] } },
		message: /'Strict of tool 1' is neither true nor false/,
		advice: /true or false/,
	},
	{
		what: 'functions that are not an array',
		parameters: options({ functions: '{}' }),
		message: /'Functions' is not a JSON array/,
		advice: /square brackets/,
	},
	{
		what: 'a logit bias that is not JSON',
		parameters: options({ logitBias: '{1734: 5}' }),
		message: /'Logit Bias' is not valid JSON/,
		advice: /quotes/,
	},
	{
		what: 'a logit bias out of range',
		parameters: options({ logitBias: '{"1734": 101}' }),
		message: /'Logit Bias' contains an invalid entry/,
		advice: /-100 to 100/,
	},
	{
		what: 'an extra body that is not an object',
		parameters: options({ extraBody: '[1]' }),
		message: /'Extra Body' is not a JSON object/,
		advice: /braces/,
	},
	{
		what: 'text instead of a number',
		parameters: options({ temperature: '={{ "warm" }}' }),
		message: /'Temperature' is not a number/,
		advice: /e\.g\. 1/,
	},
	{
		what: 'a whole number with a fraction',
		parameters: options({ maxTokens: 1.5 }),
		message: /'Max Tokens' is not a whole number/,
		advice: /without a fraction/,
	},
	{
		what: 'a maximum of zero tokens',
		parameters: options({ maxTokens: 0 }),
		message: /'Max Tokens' is below one/,
		advice: /1 or more/,
	},
	{
		what: 'a negative number of choices',
		parameters: options({ n: -1 }),
		message: /'Number of Choices' is below one/,
		advice: /1 or more/,
	},
	{
		what: 'a number in hexadecimal',
		parameters: options({ seed: '={{ "0x10" }}' }),
		message: /'Seed' is not a number/,
		advice: /e\.g\. 1/,
	},
	{
		what: 'reasoning that is neither on nor off',
		parameters: options({ reasoning: '={{ "a little" }}' }),
		message: /'Reasoning' has an unknown value/,
		advice: /default, enabled, disabled/,
	},
	{
		what: 'a boolean that is neither true nor false',
		parameters: options({ logprobs: '={{ "maybe" }}' }),
		message: /'Log Probabilities' is neither true nor false/,
		advice: /true or false/,
	},
	{
		what: 'a header that would replace the key',
		parameters: header('authorization', 'Bearer other'),
		message: /'authorization' in 'Extra Headers' cannot be replaced/,
		advice: /credential/,
	},
	{
		what: 'a header name with a line break',
		parameters: header('X-A\r\nX-B', '1'),
		message: /not a valid header name/,
		advice: /letters, digits and hyphens/,
	},
	{
		what: 'a header value with a line break',
		parameters: header('X-A', '1\r\nX-B: 2'),
		message: /value of 'X-A'.*not allowed in a header/,
		advice: /line breaks/,
	},
	{
		what: 'a header value with a non-ASCII character',
		parameters: header('X-A', 'grün'),
		message: /value of 'X-A'.*not allowed in a header/,
		advice: /plain characters/,
	},
	{
		what: 'a malformed project header',
		parameters: header('OpenAI-Project', 'just-a-team'),
		message: /'OpenAI-Project' in 'Extra Headers' is not in the form team\/project/,
		advice: /slash/,
	},
	{
		what: 'a malformed project',
		credential: { project: 'just-a-team' },
		message: /The project is not in the form team\/project/,
		advice: /my-team\/my-project/,
		kind: 'credential',
	},
	{
		what: 'a project with a line break',
		credential: { project: 'team/pro\r\nX-Evil: 1' },
		message: /The project is not in the form/,
		advice: /plain characters/,
		kind: 'credential',
	},
	{
		what: 'an empty key',
		credential: { apiKey: ' ' },
		message: /The API key in the credential is empty/,
		advice: /wandb\.ai\/authorize/,
		kind: 'credential',
	},
	{
		what: 'a key with an invalid character',
		credential: { apiKey: 'kéy' },
		message: /The API key in the credential contains invalid characters/,
		advice: /Copy the key again/,
		kind: 'credential',
	},
	{
		what: 'a base URL that is not a web address',
		credential: { baseUrl: 'api.inference.wandb.ai' },
		message: /The base URL in the credential is not a valid web address/,
		advice: /https:\/\/api\.inference\.wandb\.ai\/v1/,
		kind: 'credential',
	},
	{
		what: 'an output that is neither simplified nor not',
		parameters: { simplify: '={{ "partly" }}' },
		message: /'Simplify' is neither true nor false/,
		advice: /true or false/,
	},
	{
		what: 'an error to retry that does not exist',
		parameters: { retryPolicy: { retryOn: '={{ "503, teapot" }}' } },
		message: /'Retry On' has an unknown value/,
		advice: /408, 429, 500, 502, 503, 504, connection/,
	},
	{
		what: 'negative retries',
		parameters: { retryPolicy: { maxRetries: -1 } },
		message: /'Max Retries' is below zero/,
		advice: /0 or more/,
	},
	{
		what: 'a negative wait',
		parameters: { retryPolicy: { maxWait: -1 } },
		message: /'Max Wait' is below zero/,
		advice: /0 or more/,
	},
	{
		what: 'a throughput mode that does not exist',
		parameters: { throughput: { mode: '={{ "fast" }}' } },
		message: /'Mode' has an unknown value/,
		advice: /adaptive, fixed/,
	},
	{
		what: 'a concurrency of zero',
		parameters: { throughput: { maxConcurrency: 0 } },
		message: /'Max Concurrency' is below one/,
		advice: /1 or more/,
	},
];

describe.each(badInputs)(
	'$what',
	({ parameters, credential, item = {}, message, advice, kind }) => {
		const run = () => ({
			baseUrl: simulator.baseUrl,
			parameters: chatParameters(parameters),
			credential,
			items: [item],
		});

		test('stops the run before any request is sent, naming the field and how to fix it', async () => {
			const failure = await runChatNode(run()).catch((error: NodeOperationError) => error);
			expect(failure).toMatchObject({
				message: expect.stringMatching(message),
				description: expect.stringMatching(advice),
				context: { itemIndex: 0 },
			});
			expect(simulator.requests).toEqual([]);
		});

		test('becomes an error item under Continue, and no request is sent', async () => {
			const { items } = await runChatNode({ ...run(), onError: 'continueRegularOutput' });
			expect(items).toEqual([
				{
					json: {
						error: expect.stringMatching(message),
						details: {
							kind: kind ?? 'parameter',
							advice: expect.stringMatching(advice),
							attempts: 0,
						},
					},
					pairedItem: { item: 0 },
				},
			]);
			expect(simulator.requests).toEqual([]);
		});
	},
);

test('the error names the bad item, and the others succeed under Continue', async () => {
	const run = {
		baseUrl: simulator.baseUrl,
		parameters: chatParameters({ options: { maxTokens: '={{ $json.limit }}' } }),
		items: [{ json: { limit: 20 } }, { json: { limit: 'many' } }, { json: { limit: 20 } }],
	};
	await expect(runChatNode(run)).rejects.toMatchObject({
		message: "'Max Tokens' is not a number [item 1]",
		context: { itemIndex: 1 },
	});
	const { items } = await runChatNode({ ...run, onError: 'continueErrorOutput' });
	expect(items.map(({ json }) => 'error' in json)).toEqual([false, true, false]);
	expect(items.map(({ pairedItem }) => pairedItem)).toEqual([
		{ item: 0 },
		{ item: 1 },
		{ item: 2 },
	]);
});

test('invalid JSON is not quoted in the message', async () => {
	const parameters = chatParameters({ specifyMessages: 'json', messagesJson: 'CANARY-PROMPT' });
	const failure: NodeOperationError = await runChatNode({
		baseUrl: simulator.baseUrl,
		parameters,
	}).catch((error) => error);
	expect(`${failure.message} ${failure.description} ${JSON.stringify(failure)}`).not.toContain(
		'CANARY',
	);
});
