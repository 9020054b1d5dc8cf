import type { IDataObject } from 'n8n-workflow';
import { readModel } from '../../../nodes/shared/modelField';
import { optionsField, readRequestOptions } from '../../../nodes/shared/requestOptions';
import { readRetryPolicy } from '../../../nodes/shared/readRetryPolicy';
import { errorThrownBy } from '../../support/errorThrownBy';

const headersOf = (extraHeaders: unknown) =>
	readRequestOptions({ extraHeaders } as never, 'chat').extraHeaders;
const headerOf = (name: unknown, value: unknown) => headersOf({ values: [{ name, value }] });

describe('options', () => {
	test('are in a collection that starts empty, which saved workflows rely on', () => {
		const field = { name: 'options', type: 'collection', default: {} };
		expect(optionsField('chat')).toMatchObject(field);
		expect(optionsField('agent')).toMatchObject(field);
		const namesFor = (node: 'chat' | 'agent') =>
			optionsField(node).options?.map(({ name }) => name);
		expect(namesFor('chat')).toEqual(expect.arrayContaining(['seed', 'toolChoice']));
		expect(namesFor('agent')).toContain('seed');
		expect(namesFor('agent')).not.toContain('toolChoice');
	});

	test('have defaults if nothing is set', () => {
		expect(readRequestOptions({}, 'chat')).toEqual({
			fields: {},
			extraBody: {},
			extraHeaders: {},
			fallbackModels: [],
			stream: true,
			timeoutMs: 300_000,
		});
	});

	test('that an expression leaves empty are not sent', () => {
		const values = { seed: null, topP: '', stop: [], logitBias: ' ', reasoning: 'default' };
		expect(Object.keys(readRequestOptions(values, 'chat').fields)).toEqual([]);
	});

	test('that only the chat node shows are not read for an agent', () => {
		const values = { n: 2, seed: 1 };
		expect(readRequestOptions(values, 'chat').fields).toEqual({ n: 2, seed: 1 });
		expect(readRequestOptions(values, 'agent').fields).toEqual({ seed: 1 });
	});

	test('include a timeout in seconds, which may be zero', () => {
		expect(readRequestOptions({ timeout: '1.5' }, 'chat').timeoutMs).toBe(1500);
		expect(readRequestOptions({ timeout: 0 }, 'chat').timeoutMs).toBe(0);
		expect(errorThrownBy(() => readRequestOptions({ timeout: -1 }, 'chat')).message).toBe(
			"'Timeout' is below zero",
		);
	});

	test('are named in the error if Stream or Extra Body is invalid', () => {
		expect(errorThrownBy(() => readRequestOptions({ stream: 'no' }, 'chat')).message).toBe(
			"'Stream' is neither true nor false",
		);
		expect(errorThrownBy(() => readRequestOptions({ extraBody: '[]' }, 'chat')).message).toBe(
			"'Extra Body' is not a JSON object",
		);
	});

	test('include fallback models without their wandb/ prefix and without blank rows', () => {
		const fallbackModels = [' wandb/openai/gpt-oss-20b', '', ' ', 'zai-org/GLM-5.1'];
		expect(readRequestOptions({ fallbackModels }, 'chat').fallbackModels).toEqual([
			'openai/gpt-oss-20b',
			'zai-org/GLM-5.1',
		]);
		expect(readRequestOptions({ fallbackModels: 'a/b' }, 'chat').fallbackModels).toEqual(['a/b']);
	});
});

describe('values with a different format in the API', () => {
	const fieldsOf = (values: IDataObject) => readRequestOptions(values, 'chat').fields;

	test('turn reasoning on or off, or leave it to the model', () => {
		expect(fieldsOf({ reasoning: 'enabled' })).toEqual({
			chat_template_kwargs: { enable_thinking: true },
		});
		expect(fieldsOf({ reasoning: 'disabled' })).toEqual({
			chat_template_kwargs: { enable_thinking: false },
		});
		expect(fieldsOf({ reasoning: 'default' })).toEqual({});
	});

	test.each(['auto', 'none', 'required'])('include the tool choice %s unchanged', (toolChoice) => {
		expect(fieldsOf({ toolChoice })).toEqual({ tool_choice: toolChoice });
	});

	test.each(['auto', 'none'])('include the function call %s unchanged', (functionCall) => {
		expect(fieldsOf({ functionCall })).toEqual({ function_call: functionCall });
	});

	test('name the tool or function for any other choice', () => {
		expect(fieldsOf({ toolChoice: 'clock', functionCall: 'required' })).toEqual({
			tool_choice: { type: 'function', function: { name: 'clock' } },
			function_call: { name: 'required' },
		});
		expect(Object.keys(fieldsOf({ toolChoice: null, functionCall: null }))).toEqual([]);
	});

	test('include biases from -100 to 100 for whole token IDs', () => {
		const biases = { '0': -100, '17': 100, '5': 0.5 };
		expect(fieldsOf({ logitBias: biases })).toEqual({ logit_bias: biases });
	});

	test.each([{ a1: 5 }, { '1a': 5 }, { '': 5 }, { '1': '5' }, { '1': null }, { '1': -100.5 }])(
		'exclude the invalid bias in %j',
		(logitBias) => {
			expect(errorThrownBy(() => fieldsOf({ logitBias }))).toMatchObject({
				message: "'Logit Bias' contains an invalid entry",
				advice:
					'Enter \'Logit Bias\' as {"1734": -100}: token IDs in quotes, each with a bias from -100 to 100.',
			});
		},
	);
});

describe('extra headers', () => {
	test('are read from rows, trimmed and without blank rows', () => {
		const values = [{ name: ' X-Team ', value: ' blue\t' }, {}, null, { name: ' ', value: ' ' }];
		expect(headersOf({ values })).toEqual({ 'X-Team': 'blue' });
	});

	test.each([[undefined], [null], [{}], [{ values: null }], [[]]])('are empty for %j', (value) => {
		expect(headersOf(value)).toEqual({});
	});

	test('may be empty, contain a tab, or be numbers', () => {
		expect(headerOf('X-Team', '')).toEqual({ 'X-Team': '' });
		expect(headerOf('X-Team', 'a\tb')).toEqual({ 'X-Team': 'a\tb' });
		expect(headerOf('X-Team', 7)).toEqual({ 'X-Team': '7' });
	});

	test.each(['accept', 'Proxy-Authorization', 'connection', 'Accept'])(
		'cannot replace %s, which the client sets',
		(name) => {
			expect(errorThrownBy(() => headerOf(name, 'x'))).toMatchObject({
				message: `The header '${name}' in 'Extra Headers' cannot be replaced`,
				advice:
					"Remove it. The API key comes from the credential, which also accepts a gateway's virtual key.",
			});
		},
	);

	test.each(['X-Authorization', 'X-Host', 'Accept-Language', 'Host-Id'])(
		'with a name similar to a reserved one are sent: %s',
		(name) => {
			expect(headerOf(name, 'x')).toEqual({ [name]: 'x' });
		},
	);

	test.each(['', 'X Team', 'X-Team:', ':X-Team'])('need a valid name, unlike %j', (name) => {
		expect(errorThrownBy(() => headerOf(name, 'blue'))).toMatchObject({
			message: "A name in 'Extra Headers' is not a valid header name",
			advice: 'Use letters, digits and hyphens only, e.g. X-Request-Source.',
		});
	});

	test.each(['blauä', 'äblau', 'a\u007f'])('need plain characters, unlike %j', (value) => {
		expect(errorThrownBy(() => headerOf('X-Team', value))).toMatchObject({
			message:
				"The value of 'X-Team' in 'Extra Headers' contains characters that are not allowed in a header",
			advice: 'Use plain characters without line breaks.',
		});
	});

	test('must have the form team/project only if they name the project', () => {
		expect(headerOf('X-OpenAI-Project', 'blue')).toEqual({ 'X-OpenAI-Project': 'blue' });
		expect(headerOf('OpenAI-Project-Id', 'blue')).toEqual({ 'OpenAI-Project-Id': 'blue' });
		expect(errorThrownBy(() => headerOf('openai-project', 'blue')).message).toContain(
			'team/project',
		);
	});
});

describe('the retry policy', () => {
	const defaultCauses = ['429', '500', '502', '503', '504', 'connection'];

	test('has defaults if nothing is set', () => {
		expect(readRetryPolicy({})).toEqual({
			maxRetries: 5,
			countsOverloads: false,
			retryOn: new Set(defaultCauses),
			maxWaitMs: 300_000,
		});
	});

	test("counts overloads as retries only if 'Max Retries' is set", () => {
		expect(readRetryPolicy({ maxRetries: 0 }).countsOverloads).toBe(true);
		expect(readRetryPolicy({ maxRetries: 5 }).countsOverloads).toBe(true);
		expect(readRetryPolicy({ maxRetries: '' }).countsOverloads).toBe(false);
		expect(readRetryPolicy({ maxWait: 1 }).countsOverloads).toBe(false);
	});

	test('retries on the selected causes, as numbers or text, and ignores unknown ones', () => {
		expect(readRetryPolicy({ retryOn: [408, '503', '418'] }).retryOn).toEqual(
			new Set(['408', '503']),
		);
		expect(readRetryPolicy({ retryOn: [] }).retryOn).toEqual(new Set());
		expect(readRetryPolicy({ retryOn: '503' }).retryOn).toEqual(new Set(defaultCauses));
	});

	test('accepts zero and rejects negative numbers', () => {
		expect(readRetryPolicy({ maxRetries: 0, maxWait: 0 })).toMatchObject({
			maxRetries: 0,
			maxWaitMs: 0,
		});
		expect(errorThrownBy(() => readRetryPolicy({ maxRetries: -1 }))).toMatchObject({
			message: "'Max Retries' is below zero",
			advice: "Enter 0 or more for 'Max Retries'.",
		});
		expect(errorThrownBy(() => readRetryPolicy({ maxRetries: 0.5 })).message).toBe(
			"'Max Retries' is not a whole number",
		);
		expect(errorThrownBy(() => readRetryPolicy({ maxWait: -1 })).message).toBe(
			"'Max Wait' is below zero",
		);
	});
});

describe('the model', () => {
	test('from the list is sent unchanged, a typed one without wandb/', () => {
		expect(readModel({ mode: 'list', value: 'wandb/own' })).toBe('wandb/own');
		expect(readModel({ mode: 'id', value: ' wandb/own ' })).toBe('own');
		expect(readModel(' wandb/own')).toBe('own');
	});

	test.each([[null], [undefined], [''], [{}], [{ mode: 'list', value: ' ' }]])(
		'is empty for %j',
		(value) => {
			expect(errorThrownBy(() => readModel(value))).toMatchObject({
				message: "'Model' is empty",
				advice: "Select a model 'From List', or enter its ID, e.g. openai/gpt-oss-20b.",
			});
		},
	);
});
