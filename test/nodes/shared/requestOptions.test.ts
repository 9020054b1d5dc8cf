import type { IDataObject } from 'n8n-workflow';
import { readModel } from '../../../nodes/shared/modelField';
import { optionsField, readRequestOptions } from '../../../nodes/shared/requestOptions';
import { readRetryPolicy } from '../../../nodes/shared/readRetryPolicy';
import { failureOf } from '../../support/failureOf';

const headersOf = (extraHeaders: unknown) =>
	readRequestOptions({ extraHeaders } as never, 'chat').extraHeaders;
const headerOf = (name: unknown, value: unknown) => headersOf({ values: [{ name, value }] });

describe('options', () => {
	test('are kept by saved workflows in a collection that starts empty', () => {
		const field = { name: 'options', type: 'collection', default: {} };
		expect(optionsField('chat')).toMatchObject(field);
		expect(optionsField('agent')).toMatchObject(field);
		const namesFor = (node: 'chat' | 'agent') =>
			optionsField(node).options?.map(({ name }) => name);
		expect(namesFor('chat')).toEqual(expect.arrayContaining(['seed', 'toolChoice']));
		expect(namesFor('agent')).toContain('seed');
		expect(namesFor('agent')).not.toContain('toolChoice');
	});

	test('have defaults while nothing is set', () => {
		expect(readRequestOptions({}, 'chat')).toEqual({
			fields: {},
			extraBody: {},
			extraHeaders: {},
			fallbackModels: [],
			stream: true,
			timeoutMs: 300_000,
		});
	});

	test('that an expression leaves empty do not come out', () => {
		const values = { seed: null, topP: '', stop: [], logitBias: ' ', reasoning: 'default' };
		expect(Object.keys(readRequestOptions(values, 'chat').fields)).toEqual([]);
	});

	test('of the chat node alone are not read for an agent', () => {
		const values = { n: 2, seed: 1 };
		expect(readRequestOptions(values, 'chat').fields).toEqual({ n: 2, seed: 1 });
		expect(readRequestOptions(values, 'agent').fields).toEqual({ seed: 1 });
	});

	test('read a timeout in seconds, zero included', () => {
		expect(readRequestOptions({ timeout: '1.5' }, 'chat').timeoutMs).toBe(1500);
		expect(readRequestOptions({ timeout: 0 }, 'chat').timeoutMs).toBe(0);
		expect(failureOf(() => readRequestOptions({ timeout: -1 }, 'chat')).message).toBe(
			"'Timeout' is below zero",
		);
	});

	test('name themselves where Stream or Extra Body is wrong', () => {
		expect(failureOf(() => readRequestOptions({ stream: 'no' }, 'chat')).message).toBe(
			"'Stream' is neither true nor false",
		);
		expect(failureOf(() => readRequestOptions({ extraBody: '[]' }, 'chat')).message).toBe(
			"'Extra Body' is not a JSON object",
		);
	});

	test('take fallback models cleaned, without blank rows', () => {
		const fallbackModels = [' wandb/openai/gpt-oss-20b', '', ' ', 'zai-org/GLM-5.1'];
		expect(readRequestOptions({ fallbackModels }, 'chat').fallbackModels).toEqual([
			'openai/gpt-oss-20b',
			'zai-org/GLM-5.1',
		]);
		expect(readRequestOptions({ fallbackModels: 'a/b' }, 'chat').fallbackModels).toEqual(['a/b']);
	});
});

describe('values that the API words otherwise', () => {
	const fieldsOf = (values: IDataObject) => readRequestOptions(values, 'chat').fields;

	test('switch thinking on and off, or leave it to the model', () => {
		expect(fieldsOf({ reasoning: 'enabled' })).toEqual({
			chat_template_kwargs: { enable_thinking: true },
		});
		expect(fieldsOf({ reasoning: 'disabled' })).toEqual({
			chat_template_kwargs: { enable_thinking: false },
		});
		expect(fieldsOf({ reasoning: 'default' })).toEqual({});
	});

	test.each(['auto', 'none', 'required'])('leave the tool choice %s as it is', (toolChoice) => {
		expect(fieldsOf({ toolChoice })).toEqual({ tool_choice: toolChoice });
	});

	test.each(['auto', 'none'])('leave the function call %s as it is', (functionCall) => {
		expect(fieldsOf({ functionCall })).toEqual({ function_call: functionCall });
	});

	test('turn another choice into the tool or function of that name', () => {
		expect(fieldsOf({ toolChoice: 'clock', functionCall: 'required' })).toEqual({
			tool_choice: { type: 'function', function: { name: 'clock' } },
			function_call: { name: 'required' },
		});
		expect(Object.keys(fieldsOf({ toolChoice: null, functionCall: null }))).toEqual([]);
	});

	test('are biases from -100 to 100 for whole token IDs', () => {
		const biases = { '0': -100, '17': 100, '5': 0.5 };
		expect(fieldsOf({ logitBias: biases })).toEqual({ logit_bias: biases });
	});

	test.each([{ a1: 5 }, { '1a': 5 }, { '': 5 }, { '1': '5' }, { '1': null }, { '1': -100.5 }])(
		'are no biases in %j',
		(logitBias) => {
			expect(failureOf(() => fieldsOf({ logitBias }))).toMatchObject({
				message: "'Logit Bias' holds a pair that is not a token ID and a bias",
				advice:
					'Write \'Logit Bias\' as {"1734": -100}: whole token IDs in quotes, biases from -100 to 100.',
			});
		},
	);
});

describe('extra headers', () => {
	test('are read from rows, trimmed and without blank rows', () => {
		const values = [{ name: ' X-Team ', value: ' blue\t' }, {}, null, { name: ' ', value: ' ' }];
		expect(headersOf({ values })).toEqual({ 'X-Team': 'blue' });
		expect(headersOf(values)).toEqual({ 'X-Team': 'blue' });
	});

	test.each([[undefined], [null], [{}], [{ values: null }], [[]]])('are none in %j', (value) => {
		expect(headersOf(value)).toEqual({});
	});

	test.each([{ values: 'X-Team: blue' }, { values: { name: 'X-Team' } }])(
		'are refused in another form: %j',
		(value) => {
			expect(failureOf(() => headersOf(value))).toMatchObject({
				message: "'Extra Headers' is not a list of headers",
				advice:
					"Add headers one by one, or give {{ { values: [{ name: 'X-Team', value: 'blue' }] } }}.",
			});
		},
	);

	test('may be empty, hold a tab and come as numbers', () => {
		expect(headerOf('X-Team', '')).toEqual({ 'X-Team': '' });
		expect(headerOf('X-Team', 'a\tb')).toEqual({ 'X-Team': 'a\tb' });
		expect(headerOf('X-Team', 7)).toEqual({ 'X-Team': '7' });
	});

	test.each(['accept', 'Proxy-Authorization', 'connection', 'Accept'])(
		'cannot replace %s, which the client decides',
		(name) => {
			expect(failureOf(() => headerOf(name, 'x'))).toMatchObject({
				message: `The header '${name}' in 'Extra Headers' cannot be replaced`,
				advice:
					"Remove it. The key comes from the credential, which also accepts a gateway's virtual key.",
			});
		},
	);

	test.each(['X-Authorization', 'X-Host', 'Accept-Language', 'Host-Id'])(
		'that only look like one of those are sent: %s',
		(name) => {
			expect(headerOf(name, 'x')).toEqual({ [name]: 'x' });
		},
	);

	test.each(['', 'X Team', 'X-Team:', ':X-Team'])('need a proper name, unlike %j', (name) => {
		expect(failureOf(() => headerOf(name, 'blue'))).toMatchObject({
			message: "A name in 'Extra Headers' is not a header name",
			advice: 'Use letters, digits and hyphens only, e.g. X-Request-Source.',
		});
	});

	test.each(['blauä', 'äblau', 'a\u007f'])('need plain characters, unlike %j', (value) => {
		expect(failureOf(() => headerOf('X-Team', value))).toMatchObject({
			message:
				"The value of 'X-Team' in 'Extra Headers' holds characters that a header cannot carry",
			advice: 'Use plain characters without line breaks.',
		});
	});

	test('have the form of a project only where they name the project', () => {
		expect(headerOf('X-OpenAI-Project', 'blue')).toEqual({ 'X-OpenAI-Project': 'blue' });
		expect(headerOf('OpenAI-Project-Id', 'blue')).toEqual({ 'OpenAI-Project-Id': 'blue' });
		expect(failureOf(() => headerOf('openai-project', 'blue')).message).toContain('team/project');
	});
});

describe('the retry policy', () => {
	const most = ['429', '500', '502', '503', '504', 'connection'];

	test('has defaults while nothing is set', () => {
		expect(readRetryPolicy({})).toEqual({
			maxRetries: 5,
			retryOn: new Set(most),
			maxWaitMs: 300_000,
		});
	});

	test('retries on what was chosen, in numbers or text, and on nothing unknown', () => {
		expect(readRetryPolicy({ retryOn: [408, '503', '418'] }).retryOn).toEqual(
			new Set(['408', '503']),
		);
		expect(readRetryPolicy({ retryOn: [] }).retryOn).toEqual(new Set());
		expect(readRetryPolicy({ retryOn: '503' }).retryOn).toEqual(new Set(most));
	});

	test('takes zero for zero and refuses less', () => {
		expect(readRetryPolicy({ maxRetries: 0, maxWait: 0 })).toMatchObject({
			maxRetries: 0,
			maxWaitMs: 0,
		});
		expect(failureOf(() => readRetryPolicy({ maxRetries: -1 }))).toMatchObject({
			message: "'Max Retries' is below zero",
			advice: "Give 'Max Retries' 0 or more.",
		});
		expect(failureOf(() => readRetryPolicy({ maxRetries: 0.5 })).message).toBe(
			"'Max Retries' is not a whole number",
		);
		expect(failureOf(() => readRetryPolicy({ maxWait: -1 })).message).toBe(
			"'Max Wait' is below zero",
		);
	});
});

describe('the model', () => {
	test('from the list is sent as the service words it, a typed one without wandb/', () => {
		expect(readModel({ mode: 'list', value: 'wandb/own' })).toBe('wandb/own');
		expect(readModel({ mode: 'id', value: ' wandb/own ' })).toBe('own');
		expect(readModel(' wandb/own')).toBe('own');
	});

	test.each([[null], [undefined], [''], [{}], [{ mode: 'list', value: ' ' }]])(
		'is missing in %j',
		(value) => {
			expect(failureOf(() => readModel(value))).toMatchObject({
				message: "'Model' is empty",
				advice: "Pick a model 'From List', or enter its ID, e.g. openai/gpt-oss-20b.",
			});
		},
	);
});
