import type { IExecuteFunctions, JsonObject, JsonValue } from 'n8n-workflow';
import type { ResponseFormat } from '../../inference/chatRequest';
import { isJsonObject } from '../../inference/json';
import { findSchemaProblems } from '../../inference/jsonAnswers/findSchemaProblems';
import { schemaFromExample } from '../../inference/jsonAnswers/schemaFromExample';
import { ParameterError } from '../shared/ParameterError';
import { readBoolean, readChoice, readJson, readJsonObject, readText } from '../shared/readValue';
import { defaultJsonExample, responseFormats, schemaTypes } from './outputFields';
import { readName } from './readName';

/** The format of the answer that one item asks for. */
export function readResponseFormat(context: IExecuteFunctions, itemIndex: number): ResponseFormat {
	const read = (name: string, fallback?: string): unknown =>
		context.getNodeParameter(name, itemIndex, fallback);
	const type = readChoice(
		read('responseFormat', 'text'),
		'Response Format',
		responseFormats,
		'text',
	);
	if (type !== 'json_schema') return { type };
	const { name, schema } = usesExample(read) ? fromExample(read('jsonExample')) : fromSchema(read);
	return {
		type,
		name: name ?? readName(read('schemaName', 'answer'), 'Schema Name'),
		schema,
		strict: readBoolean(read('strictSchema'), 'Strict Schema') ?? true,
	};
}

type Read = (name: string, fallback?: string) => unknown;

/** A node saved before there were examples has no schema type, but a schema of its own. */
function usesExample(read: Read): boolean {
	if (readChoice(read('schemaType'), 'Schema Type', schemaTypes, 'example') === 'manual')
		return false;
	const hasExample = read('jsonExample') !== defaultJsonExample;
	return hasExample || (readText(read('jsonSchema', '')) ?? '').trim() === '';
}

function fromExample(value: unknown): { name?: string; schema: JsonObject } {
	const example = readJson(value, 'JSON Example');
	if (example === undefined) {
		throw new ParameterError(
			"'JSON Example' is empty",
			'Enter an example of the answer, e.g. {"category": "bug"}.',
		);
	}
	if (typeof example !== 'object' || example === null) {
		throw new ParameterError(
			"'JSON Example' is neither a JSON object nor an array",
			'Enter an example in braces, e.g. {"category": "bug"}.',
		);
	}
	if (isJsonObject(example) && isJsonObject(example.properties) && example.type === 'object') {
		throw new ParameterError(
			"'JSON Example' is a JSON Schema",
			"Set 'Schema Type' to 'Define Using JSON Schema', or enter an example of the answer.",
		);
	}
	return { schema: schemaFromExample(example) };
}

function fromSchema(read: Read): { name?: string; schema: JsonObject } {
	const value = readJsonObject(read('jsonSchema'), 'JSON Schema');
	if (!value) {
		throw new ParameterError(
			"'JSON Schema' is empty",
			'Enter the JSON Schema that the answer must match.',
		);
	}
	const { name, schema } = unwrapped(value);
	const [problem] = findSchemaProblems(schema);
	if (problem) {
		throw new ParameterError(
			`'JSON Schema' is not valid: ${problem.path || 'it'} ${problem.message}`,
			'Correct the schema. To describe the answer without a schema, use a JSON example.',
		);
	}
	return { name, schema };
}

/** OpenAI's documentation shows schemas inside `response_format`, where they have a name. */
function unwrapped(value: JsonObject): { name?: string; schema: JsonObject } {
	const outer = isJsonObject(value.response_format) ? value.response_format : value;
	const wrapper = isJsonObject(outer.json_schema) ? outer.json_schema : outer;
	const isWrapper = isJsonObject(wrapper.schema) && typeof wrapper.name === 'string';
	if (!isWrapper) return { schema: wrapper };
	const name = readName(wrapper.name as JsonValue, "the name in 'JSON Schema'");
	return { name, schema: wrapper.schema as JsonObject };
}
