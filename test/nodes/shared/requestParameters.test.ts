import type { IDataObject } from 'n8n-workflow';
import { readRequestOptions } from '../../../nodes/shared/requestOptions';
import { errorThrownBy } from '../../support/errorThrownBy';

const fieldsOf = (values: IDataObject) => readRequestOptions(values, 'chat').fields;

describe('reasoning', () => {
	test.each([
		['enabled', true],
		['Enabled', true],
		[true, true],
		['true', true],
		['disabled', false],
		[' DISABLED ', false],
		[false, false],
		['False', false],
	])('set to %j turns it on: %s', (reasoning, isOn) => {
		expect(fieldsOf({ reasoning })).toEqual({ chat_template_kwargs: { enable_thinking: isOn } });
	});

	test.each(['default', 'Default', '', null])('set to %j is left to the model', (reasoning) => {
		expect(fieldsOf({ reasoning })).toEqual({});
	});

	test.each(['sometimes', 5, {}])('cannot be %j', (reasoning) => {
		expect(errorThrownBy(() => fieldsOf({ reasoning }))).toMatchObject({
			message: "'Reasoning' has an unknown value",
			advice: "Use one of these values for 'Reasoning': default, enabled, disabled.",
		});
	});

	test.each([
		['low', 'low'],
		['Medium', 'medium'],
		[' HIGH ', 'high'],
		['minimal', 'minimal'],
		[' xhigh', 'xhigh'],
		['none', 'none'],
		[3, '3'],
	])('effort %j is sent as %j, because services add levels', (reasoningEffort, sent) => {
		expect(fieldsOf({ reasoningEffort })).toEqual({ reasoning_effort: sent });
	});
});

const named = { type: 'function', function: { name: 'clock' } };

describe('the tool choice', () => {
	test.each([
		['auto', 'auto'],
		['AUTO', 'auto'],
		['none', 'none'],
		['Required', 'required'],
		[' required ', 'required'],
		['any', 'required'],
		['clock', named],
		[' clock ', named],
		[named, named],
		[{ name: 'clock' }, named],
		[JSON.stringify(named), named],
		['{"name": "clock"}', named],
		[
			{ type: 'allowed_tools', mode: 'auto' },
			{ type: 'allowed_tools', mode: 'auto' },
		],
		['5', { type: 'function', function: { name: '5' } }],
	])('%j is sent as %j', (toolChoice, sent) => {
		expect(fieldsOf({ toolChoice })).toEqual({ tool_choice: sent });
	});
});

describe('the function call', () => {
	test.each([
		['auto', 'auto'],
		['Auto', 'auto'],
		['NONE', 'none'],
		['clock', { name: 'clock' }],
		['required', { name: 'required' }],
		['any', { name: 'any' }],
		[{ name: 'clock' }, { name: 'clock' }],
		[named, { name: 'clock' }],
		['{"name": "clock"}', { name: 'clock' }],
	])('%j is sent as %j', (functionCall, sent) => {
		expect(fieldsOf({ functionCall })).toEqual({ function_call: sent });
	});
});

describe('stop sequences', () => {
	test.each([
		[
			['END', ' '],
			['END', ' '],
		],
		['one, two', ['one, two']],
		['["one", "two"]', ['one', 'two']],
		['\\n', ['\n']],
		[
			['a\\tb\\r\\n', '\n'],
			['a\tb\r\n', '\n'],
		],
		[['C:\\\\new'], ['C:\\new']],
		[['\\d'], ['\\d']],
	])('%j are sent as %j', (stop, sent) => {
		expect(fieldsOf({ stop })).toEqual({ stop: sent });
	});
});

describe('counts', () => {
	test.each([
		['maxTokens', 'Max Tokens'],
		['n', 'Number of Choices'],
	])('%s is at least one', (name, label) => {
		expect(Object.values(fieldsOf({ [name]: '1' }))).toEqual([1]);
		for (const value of [0, -5, '0']) {
			expect(errorThrownBy(() => fieldsOf({ [name]: value }))).toMatchObject({
				message: `'${label}' is below one`,
				advice: `Enter 1 or more for '${label}'.`,
			});
		}
	});

	test('that the service limits are left to the service', () => {
		const values = { temperature: 9, topP: -1, frequencyPenalty: 7, seed: -1 };
		expect(Object.keys(fieldsOf(values))).toHaveLength(4);
	});
});

describe('the logit bias', () => {
	test('has biases from -100 to 100 for whole token IDs', () => {
		const biases = { '0': -100, '17': 100, '5': 0.5 };
		expect(fieldsOf({ logitBias: biases })).toEqual({ logit_bias: biases });
	});

	test.each([{ a1: 5 }, { '1a': 5 }, { '': 5 }, { '1': '5' }, { '1': null }, { '1': -100.5 }])(
		'cannot contain the entry in %j',
		(logitBias) => {
			expect(errorThrownBy(() => fieldsOf({ logitBias }))).toMatchObject({
				message: "'Logit Bias' contains an invalid entry",
				advice:
					'Enter \'Logit Bias\' as {"1734": -100}: token IDs in quotes, each with a bias from -100 to 100.',
			});
		},
	);
});
