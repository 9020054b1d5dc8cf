import type { JsonObject, JsonValue } from 'n8n-workflow';
import { isJsonObject } from '../json';

/**
 * A JSON Schema for values that have the same form as the example: the same properties, all of them
 * required, and the same types. A property that is `null` in the example may have any simple type;
 * one that only some objects of a list have may be `null`.
 */
export function schemaFromExample(example: JsonValue): JsonObject {
	return schemaFor([example]);
}

const simpleTypes = ['string', 'number', 'boolean', 'null'];

/** One schema for all of the values. */
function schemaFor(values: JsonValue[]): JsonObject {
	const isMissing = values.includes(null);
	const schemas = schemasByType(values.filter((value) => value !== null));
	if (schemas.length === 0) return { type: simpleTypes };
	if (isMissing) schemas.push({ type: 'null' });
	const [only] = schemas;
	return only && schemas.length === 1 ? only : { anyOf: schemas };
}

function schemasByType(values: JsonValue[]): JsonObject[] {
	const schemas: JsonObject[] = [];
	const objects = values.filter(isJsonObject);
	if (objects.length > 0) schemas.push(objectSchema(objects));
	const lists = values.filter((value) => Array.isArray(value));
	if (lists.length > 0) schemas.push(listSchema(lists.flat()));
	const types = new Set(values.map((value) => typeof value));
	for (const type of types) if (type !== 'object') schemas.push({ type });
	return schemas;
}

function objectSchema(objects: JsonObject[]): JsonObject {
	const names = [...new Set(objects.flatMap((object) => Object.keys(object)))];
	const properties = names.map((name) => [
		name,
		schemaFor(objects.map((object) => (Object.hasOwn(object, name) ? object[name] : null) ?? null)),
	]);
	return {
		type: 'object',
		properties: Object.fromEntries(properties) as JsonObject,
		required: names,
		additionalProperties: false,
	};
}

function listSchema(items: JsonValue[]): JsonObject {
	return { type: 'array', ...(items.length === 0 ? {} : { items: schemaFor(items) }) };
}
