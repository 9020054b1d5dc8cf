import type { IDataObject } from 'n8n-workflow';
import { optionsField, readRequestOptions } from '../../../nodes/shared/requestOptions';
import { requestParameters } from '../../../nodes/shared/requestParameters';
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
			traceToWeave: false,
		});
	});

	test('that an expression leaves empty are not sent', () => {
		const values = { seed: null, topP: '', stop: [], logitBias: ' ', reasoning: 'default' };
		expect(Object.keys(readRequestOptions(values, 'chat').fields)).toEqual([]);
	});

	test.each(requestParameters.map(({ property }) => property.name))(
		'that are blank or resolve to nothing count as unset: %s',
		(name) => {
			const unset = readRequestOptions({}, 'chat');
			// A stop sequence can be a line break.
			const blank = name === 'stop' ? '' : ' \n';
			for (const value of ['', blank, null, undefined]) {
				expect(readRequestOptions({ [name]: value }, 'chat')).toEqual(unset);
			}
		},
	);

	test('with blank rows or empty JSON, as n8n adds them, are not sent', () => {
		const values = {
			stop: ['', ''],
			fallbackModels: [''],
			functions: '[]',
			logitBias: '{}',
			extraBody: '{}',
			extraHeaders: { values: [{ name: '', value: '' }] },
		};
		expect(readRequestOptions(values, 'chat')).toEqual(readRequestOptions({}, 'chat'));
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

	test.each(['a/b, wandb/c/d', 'a/b\nc/d\n', '["a/b", "c/d"]'])(
		'include fallback models from text with several: %j',
		(fallbackModels) => {
			for (const value of [fallbackModels, [fallbackModels]]) {
				const options = readRequestOptions({ fallbackModels: value }, 'chat');
				expect(options.fallbackModels).toEqual(['a/b', 'c/d']);
			}
		},
	);

	test("include log probabilities if 'Top Log Probabilities' needs them", () => {
		const fieldsOf = (values: IDataObject) => readRequestOptions(values, 'chat').fields;
		expect(fieldsOf({ topLogprobs: 3 })).toEqual({ logprobs: true, top_logprobs: 3 });
		expect(fieldsOf({ topLogprobs: 3, logprobs: '' })).toEqual({ logprobs: true, top_logprobs: 3 });
		const none = { logprobs: true, top_logprobs: 0 };
		expect(fieldsOf({ topLogprobs: 0, logprobs: true })).toEqual(none);
	});

	test('leave out the number of top log probabilities if there are none', () => {
		const fieldsOf = (values: IDataObject) => readRequestOptions(values, 'chat').fields;
		expect(fieldsOf({ topLogprobs: 3, logprobs: false })).toEqual({ logprobs: false });
		expect(fieldsOf({ topLogprobs: 0 })).toEqual({});
	});
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
		expect(headerOf('openai-project', 'team/blue')).toEqual({ 'openai-project': 'team/blue' });
		expect(errorThrownBy(() => headerOf('openai-project', 'blue'))).toMatchObject({
			kind: 'parameter',
			message: "The value of 'openai-project' in 'Extra Headers' is not in the form team/project",
			advice: 'Enter the W&B team, a slash, and the project, e.g. my-team/my-project.',
		});
	});
});
