import type { JsonObject, JsonValue } from 'n8n-workflow';
import { isJsonObject } from '../json';
import { dereference } from './bundled';
import type { AnswerProblem } from './JsonSchema';

/**
 * What makes a JSON Schema unusable: values that the JSON Schema specification does not allow,
 * references to nowhere, and objects that nothing can match. Empty if it can be used.
 */
export function findSchemaProblems(schema: JsonValue): AnswerProblem[] {
	const problems: AnswerProblem[] = [];
	const report: Report = (path, message) => problems.push({ path, message });
	// Annotates each reference with the address that it leads to.
	const annotated = structuredClone(schema);
	visit(annotated, '', { report, addresses: addressesIn(annotated, report) });
	return problems;
}

type Report = (path: string, message: string) => void;

interface Visit {
	report: Report;
	/** The parts of the schema by their addresses. */
	addresses: Record<string, unknown>;
}

type Check = (value: JsonValue, path: string, visited: Visit, schema?: JsonObject) => void;

function visit(schema: JsonValue, path: string, visited: Visit): void {
	if (typeof schema === 'boolean') return;
	if (!isJsonObject(schema)) {
		visited.report(path, 'must be a schema such as {"type": "string"}');
		return;
	}
	for (const [keyword, value] of Object.entries(schema)) {
		if (value === undefined || !Object.hasOwn(checks, keyword)) continue;
		checks[keyword]?.(value, path === '' ? keyword : `${path}.${keyword}`, visited, schema);
	}
	const { properties, required, additionalProperties } = schema;
	if (additionalProperties !== false || !isJsonObject(properties) || !Array.isArray(required))
		return;
	if (schema.patternProperties !== undefined) return;
	const impossible = required.filter((name) => !Object.hasOwn(properties, String(name)));
	for (const name of impossible) {
		visited.report(path, `requires '${String(name)}', which is not one of its properties`);
	}
}

const typeNames = ['string', 'number', 'integer', 'boolean', 'object', 'array', 'null'];

const checkType: Check = (value, path, { report }) => {
	const types = Array.isArray(value) ? value : [value];
	const isKnown = types.every((type) => typeof type === 'string' && typeNames.includes(type));
	if (!isKnown || types.length === 0) report(path, `must be one of ${typeNames.join(', ')}`);
};

const checkSchemas: Check = (value, path, visited) => {
	if (!Array.isArray(value) || value.length === 0) {
		visited.report(path, 'must be a list of schemas');
		return;
	}
	value.forEach((schema, index) => visit(schema, `${path}[${index}]`, visited));
};

const checkNamedSchemas: Check = (value, path, visited) => {
	if (!isJsonObject(value)) {
		visited.report(path, 'must be an object that contains a schema for each name');
		return;
	}
	for (const [name, schema] of Object.entries(value)) {
		visit(schema as JsonValue, `${path}.${name}`, visited);
	}
};

const checkItems: Check = (value, path, visited) =>
	(Array.isArray(value) ? checkSchemas : visit)(value, path, visited);

const checkNames: Check = (value, path, { report }) => {
	const isList = Array.isArray(value) && value.every((name) => typeof name === 'string');
	if (!isList) report(path, 'must be a list of property names');
};

const checkEnum: Check = (value, path, { report }) => {
	if (!Array.isArray(value) || value.length === 0) report(path, 'must be a list of values');
};

const checkCount: Check = (value, path, { report }) => {
	if (!Number.isInteger(value) || Number(value) < 0) report(path, 'must be 0 or a whole number');
};

const checkNumber: Check = (value, path, { report }) => {
	if (typeof value !== 'number') report(path, 'must be a number');
};

/** In draft 4, the exclusive limits are booleans. */
const checkExclusive: Check = (value, path, visited) => {
	if (typeof value !== 'boolean') checkNumber(value, path, visited);
};

const checkPattern: Check = (value, path, { report }) => {
	try {
		new RegExp(String(value), 'u');
	} catch {
		report(path, 'must be a regular expression');
	}
};

const checkReference: Check = (value, path, { report, addresses }, schema) => {
	const { __absolute_ref__: address } = schema as { __absolute_ref__?: string };
	if (address === undefined || addresses[address] === undefined) {
		report(path, `refers to '${String(value)}', which the schema does not contain`);
	}
};

const checks: Record<string, Check> = {
	type: checkType,
	properties: checkNamedSchemas,
	patternProperties: checkNamedSchemas,
	dependentSchemas: checkNamedSchemas,
	$defs: checkNamedSchemas,
	definitions: checkNamedSchemas,
	required: checkNames,
	enum: checkEnum,
	pattern: checkPattern,
	$ref: checkReference,
	allOf: checkSchemas,
	anyOf: checkSchemas,
	oneOf: checkSchemas,
	prefixItems: checkSchemas,
	items: checkItems,
	additionalItems: visit,
	additionalProperties: visit,
	unevaluatedItems: visit,
	unevaluatedProperties: visit,
	contains: visit,
	propertyNames: visit,
	not: visit,
	if: visit,
	then: visit,
	else: visit,
	minimum: checkNumber,
	maximum: checkNumber,
	exclusiveMinimum: checkExclusive,
	exclusiveMaximum: checkExclusive,
	multipleOf: checkNumber,
	minLength: checkCount,
	maxLength: checkCount,
	minItems: checkCount,
	maxItems: checkCount,
	minProperties: checkCount,
	maxProperties: checkCount,
};

function addressesIn(schema: JsonValue, report: Report): Record<string, unknown> {
	try {
		return isJsonObject(schema) ? dereference(schema) : {};
	} catch (error) {
		report('', `has identifiers that cannot be resolved (${(error as Error).message})`);
		return {};
	}
}
