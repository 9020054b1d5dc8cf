import type { INodeParameters } from 'n8n-workflow';
import { readParameters, readThroughput } from '../../../nodes/WandbInferenceChat/readParameters';
import { failureOf } from '../../support/cannedResponse';
import { chatParameters, createExecuteContext } from '../../../tools/engine/createExecuteContext';

const contextOf = (changes: INodeParameters) =>
	createExecuteContext({ baseUrl: '', parameters: chatParameters(changes) });
const read = async (changes: INodeParameters) =>
	await Promise.resolve(contextOf(changes)).then((context) => readParameters(context, 0));
const throughputOf = async (throughput: INodeParameters) =>
	await Promise.resolve(contextOf({ throughput })).then(readThroughput);

describe('throughput', () => {
	test.each<[INodeParameters, object]>([
		[{}, { mode: 'adaptive', maxConcurrency: 64 }],
		[{ maxConcurrency: 1 }, { mode: 'adaptive', maxConcurrency: 1 }],
		[{ mode: 'fixed' }, { mode: 'fixed', maxConcurrency: 1 }],
		[
			{ mode: 'fixed', maxConcurrency: 4 },
			{ mode: 'fixed', maxConcurrency: 4 },
		],
		[{ mode: '={{ "Fixed" }}' }, { mode: 'fixed', maxConcurrency: 1 }],
		[{ mode: '={{ $json.nothing }}' }, { mode: 'adaptive', maxConcurrency: 64 }],
	])('set to %j is %j', async (throughput, expected) => {
		expect(await throughputOf(throughput)).toEqual(expected);
	});

	test('names its field if the value is invalid', async () => {
		expect((await failureOf(throughputOf({ maxConcurrency: 'x' }))).message).toBe(
			"'Max Concurrency' is not a number",
		);
		expect(await failureOf(throughputOf({ maxConcurrency: 0 }))).toMatchObject({
			message: "'Max Concurrency' is below one",
			advice: "Enter 1 or more for 'Max Concurrency'.",
		});
		expect(await failureOf(throughputOf({ mode: '={{ "fast" }}' }))).toMatchObject({
			message: "'Mode' has an unknown value",
			advice: "Use one of these values for 'Mode': adaptive, fixed.",
		});
	});
});

describe('the parameters of one item', () => {
	test('simplify the output unless the user turned that off', async () => {
		expect((await read({})).simplify).toBe(true);
		expect((await read({ simplify: true })).simplify).toBe(true);
		expect((await read({ simplify: false })).simplify).toBe(false);
	});

	test.each([
		['={{ "true" }}', true],
		['={{ "True" }}', true],
		['={{ $json.nothing }}', true],
		['={{ "" }}', true],
		['={{ "FALSE" }}', false],
		['={{ 0 }}', false],
	])('simplify the output for the expression %s: %s', async (simplify, expected) => {
		expect((await read({ simplify })).simplify).toBe(expected);
	});

	test('let the model correct its answer once by default', async () => {
		const attemptsFor = async (repairAttempts: string | number) =>
			(await read({ responseFormat: 'json_object', repairAttempts })).repairAttempts;
		expect((await read({})).repairAttempts).toBe(1);
		expect(await attemptsFor(0)).toBe(0);
		expect(await attemptsFor('={{ "2" }}')).toBe(2);
		expect(await attemptsFor('={{ null }}')).toBe(1);
		expect((await failureOf(attemptsFor(-1))).message).toBe("'Repair Attempts' is below zero");
		expect(await failureOf(attemptsFor(4))).toMatchObject({
			message: "'Repair Attempts' is above three",
			advice: "Enter 0 to 3 for 'Repair Attempts'.",
		});
	});

	test('request text, any JSON object, or JSON that matches a schema', async () => {
		const formatOf = async (changes: INodeParameters) =>
			(await read(changes)).request.responseFormat;
		expect(await formatOf({})).toEqual({ type: 'text' });
		expect(await formatOf({ responseFormat: 'json_object' })).toEqual({ type: 'json_object' });
		const withSchema = { responseFormat: 'json_schema', jsonSchema: '{"type":"object"}' };
		const schema = { type: 'object' };
		expect(await formatOf(withSchema)).toEqual({
			type: 'json_schema',
			name: 'answer',
			schema,
			strict: true,
		});
		expect(await formatOf({ ...withSchema, schemaName: ' mood ', strictSchema: false })).toEqual({
			type: 'json_schema',
			name: 'mood',
			schema,
			strict: false,
		});
	});

	test('may include tools, which only need a name', async () => {
		const full = {
			name: 'clock',
			description: 'The time',
			parameters: '{"type":"object"}',
			strict: true,
		};
		const unset = { description: '={{ null }}', parameters: '' };
		const { request } = await read({
			tools: { values: [{ ...unset, name: ' f-1 ' }, full] },
		});
		expect(request.tools).toEqual([
			{
				name: 'f-1',
				description: '',
				parameters: { type: 'object', properties: {} },
				strict: false,
			},
			{ ...full, parameters: { type: 'object' } },
		]);
		expect(
			await failureOf(read({ tools: { values: [full, { name: '={{ null }}' }] } })),
		).toMatchObject({
			message: "'Name of tool 2' is not a valid name",
			advice: 'Use up to 64 letters, digits, underscores, and hyphens, without spaces.',
		});
	});

	test.each([
		['={{ "True" }}', true],
		['={{ 1 }}', true],
		['={{ "false" }}', false],
		['={{ $json.nothing }}', false],
	])('make a tool strict for the expression %s: %s', async (strict, expected) => {
		const { request } = await read({ tools: { values: [{ name: 'f', strict }] } });
		expect(request.tools[0]?.strict).toBe(expected);
	});
});
