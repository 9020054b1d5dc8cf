import type { INodeProperties, INodePropertyOptions } from 'n8n-workflow';
import { readRetryPolicy } from '../../../nodes/shared/readRetryPolicy';
import { sendingFields } from '../../../nodes/WandbInferenceChat/retryFields';
import { errorThrownBy } from '../../support/errorThrownBy';

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

	test.each([
		[
			[408, '503'],
			['408', '503'],
		],
		['503', ['503']],
		[503, ['503']],
		['429, 503', ['429', '503']],
		['["429", "connection"]', ['429', 'connection']],
		['[429, 503]', ['429', '503']],
		[
			['Connection', '503 overloaded'],
			['503', 'connection'],
		],
		[[], []],
		['[]', []],
	])('retries on the causes in %j', (retryOn, causes) => {
		expect(readRetryPolicy({ retryOn }).retryOn).toEqual(new Set(causes));
	});

	test.each([null, undefined, '', ' '])('retries on the default causes for %j', (retryOn) => {
		expect(readRetryPolicy({ retryOn }).retryOn).toEqual(new Set(defaultCauses));
	});

	test.each(['418', 'quota', [503, 'always'], { 503: true }, true])(
		'rejects a cause that does not exist, such as %j, and lists those that do',
		(retryOn) => {
			expect(errorThrownBy(() => readRetryPolicy({ retryOn }))).toMatchObject({
				kind: 'parameter',
				message: "'Retry On' has an unknown value",
				advice: "Use one of these values for 'Retry On': 408, 429, 500, 502, 503, 504, connection.",
			});
		},
	);

	test('knows every cause by the name that the editor displays', () => {
		const fields = sendingFields.flatMap(({ options }) => options as INodeProperties[]);
		const shown = fields.find(({ name }) => name === 'retryOn')?.options as INodePropertyOptions[];
		expect(shown).toHaveLength(7);
		for (const { name, value } of shown) {
			expect(readRetryPolicy({ retryOn: name }).retryOn).toEqual(new Set([value]));
		}
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
