import type { JsonObject, JsonValue } from 'n8n-workflow';
import { Validator } from './bundled';

/** One way in which an answer is not what was asked for. */
export interface AnswerProblem {
	/** Where in the value, e.g. `items[0].name`; empty for the value as a whole. */
	path: string;
	message: string;
}

/** Checks values against a JSON Schema, which must have passed `findSchemaProblems`. */
export class JsonSchema {
	private readonly validator: Validator;

	constructor(schema: JsonObject) {
		// The validator annotates the schema that it is given.
		this.validator = new Validator(structuredClone(schema), draftOf(schema), false);
	}

	/** What is wrong with the value, at most 20 problems; empty if it matches. */
	check(value: JsonValue): AnswerProblem[] {
		const { valid, errors } = this.validator.validate(value);
		if (valid) return [];
		const causes = errors.filter(({ keyword }) => !passOn.has(keyword));
		return causes.slice(0, 20).map(toProblem);
	}
}

type SchemaError = ReturnType<Validator['validate']>['errors'][number];

/** Keywords whose error only says that a part of the value has errors of its own. */
const passOn = new Set([
	'$ref',
	'$recursiveRef',
	'properties',
	'patternProperties',
	'additionalProperties',
	'unevaluatedProperties',
	'items',
	'prefixItems',
	'additionalItems',
	'unevaluatedItems',
	'allOf',
	'if',
	'dependentSchemas',
]);

function draftOf({ $schema }: JsonObject): '4' | '7' | '2019-09' | '2020-12' {
	const uri = String($schema ?? '');
	if (uri.includes('draft-04')) return '4';
	if (/draft-0[67]/.test(uri)) return '7';
	return uri.includes('2019-09') ? '2019-09' : '2020-12';
}

function toProblem({ keyword, instanceLocation, error }: SchemaError): AnswerProblem {
	const path = toPath(instanceLocation);
	const quoted = /"(.*)"/.exec(error)?.[1] ?? '';
	switch (keyword) {
		case 'required':
			return { path: toPath(`${instanceLocation}/${quoted}`), message: 'is missing' };
		case 'false':
			return { path, message: 'is not allowed by the schema' };
		case 'type': {
			const [, found, expected = ''] = /"(.*)" is invalid\. Expected (.*)\.$/.exec(error) ?? [];
			return { path, message: `must be ${expected.replaceAll('"', '')}, not ${found}` };
		}
		case 'enum':
			return { path, message: error.replace(/^.* any of (.*)\.$/, 'must be one of $1') };
		case 'const':
			return { path, message: error.replace(/^.* match (.*)\.$/, 'must be $1') };
		case 'anyOf':
			return { path, message: 'matches none of the schemas in anyOf' };
		default:
			return { path, message: `breaks '${keyword}': ${error}` };
	}
}

/** `#/items/0/name` as `items[0].name`. */
function toPath(location: string): string {
	const names = location.split('/').slice(1);
	return names.reduce((path, name) => {
		const key = name.replaceAll('~1', '/').replaceAll('~0', '~');
		if (/^\d+$/.test(key)) return `${path}[${key}]`;
		return path === '' ? key : `${path}.${key}`;
	}, '');
}
