import { pickByAffinity } from './affinity';
import { fakeValue } from './fakeValue';
import { isJsonObject, type JsonObject } from './jsonObject';
import type { Random } from './random';
import { writeSchemaText } from './schemaText';

/** Keywords that are left to json-schema-faker. */
const fakerKeywords = ['allOf', 'not', 'if', 'patternProperties', 'contains', 'pattern', 'format'];
const maxOptionalDepth = 5;
const maxDuplicates = 20;

/**
 * Writes values that match a JSON schema and look like an answer to the user's text. The same
 * schema, text, and state of `random` produce the same values.
 */
export class SchemaWriter {
	constructor(
		private readonly root: JsonObject,
		private readonly random: Random,
		private readonly userText: string,
	) {}

	write(schema: unknown = this.root, name = '', depth = 0): unknown {
		if (!isJsonObject(schema)) return writeSchemaText(this.random, {}, name, this.userText);
		if (typeof schema.$ref === 'string')
			return this.write(this.resolve(schema.$ref), name, depth + 1);
		if ('const' in schema) return schema.const;
		if (Array.isArray(schema.enum)) return this.pick(schema.enum);
		if (fakerKeywords.some((keyword) => keyword in schema)) {
			return fakeValue(schema, this.root, this.random);
		}
		const branches = schema.anyOf ?? schema.oneOf;
		if (Array.isArray(branches)) return this.writeBranch(schema, branches, name, depth);
		return this.writeType(schema, name, depth);
	}

	private writeBranch(
		schema: JsonObject,
		branches: unknown[],
		name: string,
		depth: number,
	): unknown {
		if (schema.properties !== undefined) return fakeValue(schema, this.root, this.random);
		if (depth >= maxOptionalDepth && branches.some(isNullSchema)) return null;
		const branch = branches.find((candidate) => !isNullSchema(candidate)) ?? branches[0];
		return this.write(branch, name, depth + 1);
	}

	private writeType(schema: JsonObject, name: string, depth: number): unknown {
		switch (typeOf(schema)) {
			case 'object':
				return this.writeObject(schema, depth);
			case 'array':
				return this.writeArray(schema, name, depth);
			case 'integer':
			case 'number':
				return this.writeNumber(schema, name);
			case 'boolean':
				return this.random.next() < 0.5;
			case 'null':
				return null;
			default:
				return writeSchemaText(this.random, schema, name, this.userText);
		}
	}

	private resolve(reference: string): unknown {
		return reference
			.replace(/^#\/?/, '')
			.split('/')
			.filter((step) => step !== '')
			.map((step) => decodeURIComponent(step).replaceAll('~1', '/').replaceAll('~0', '~'))
			.reduce<unknown>((value, step) => (isJsonObject(value) ? value[step] : undefined), this.root);
	}

	private pick(values: unknown[]): unknown {
		const [first, ...rest] = values;
		return pickByAffinity(this.random, [first, ...rest], this.userText);
	}

	private writeObject(schema: JsonObject, depth: number): JsonObject {
		const properties = isJsonObject(schema.properties) ? schema.properties : {};
		const required: unknown[] = Array.isArray(schema.required) ? schema.required : [];
		const written: JsonObject = {};
		for (const [name, property] of Object.entries(properties)) {
			if (depth >= maxOptionalDepth && !required.includes(name)) continue;
			written[name] = this.write(property, name, depth + 1);
		}
		for (const name of required) {
			if (typeof name !== 'string' || name in written) continue;
			written[name] = this.write(schema.additionalProperties, name, depth + 1);
		}
		const minimum = Math.max(numberOf(schema.minProperties) ?? 0, this.isMap(schema) ? 1 : 0);
		for (let count = 1; Object.keys(written).length < minimum; count += 1) {
			written[`entry${count}`] = this.write(schema.additionalProperties, 'entry', depth + 1);
		}
		return written;
	}

	private isMap(schema: JsonObject): boolean {
		return isJsonObject(schema.additionalProperties) && schema.properties === undefined;
	}

	private writeArray(schema: JsonObject, name: string, depth: number): unknown[] {
		const prefixItems: unknown[] = Array.isArray(schema.prefixItems) ? schema.prefixItems : [];
		const values = prefixItems.map((item) => this.write(item, name, depth + 1));
		const minimum = numberOf(schema.minItems) ?? 0;
		const desired =
			depth >= maxOptionalDepth ? minimum : Math.max(minimum, this.random.integer(1, 3));
		const count = Math.min(desired, numberOf(schema.maxItems) ?? Infinity);
		if (schema.items === false) return values;
		for (let attempt = 0; values.length < count && attempt < count + maxDuplicates; attempt += 1) {
			const value = this.writeItem(schema.items, name, depth, attempt);
			const isRepeated = schema.uniqueItems === true && this.includes(values, value);
			if (!isRepeated) values.push(value);
		}
		return values;
	}

	/** Only the first item depends on the text; otherwise every item would have the same value. */
	private writeItem(items: unknown, name: string, depth: number, position: number): unknown {
		if (position > 0 && isJsonObject(items) && Array.isArray(items.enum)) {
			return items.enum[this.random.integer(0, items.enum.length - 1)];
		}
		return this.write(items, name, depth + 1);
	}

	private includes(values: unknown[], value: unknown): boolean {
		const written = JSON.stringify(value);
		return values.some((existing) => JSON.stringify(existing) === written);
	}

	private writeNumber(schema: JsonObject, name: string): number {
		const isInteger = typeOf(schema) === 'integer';
		const step = numberOf(schema.multipleOf) ?? (isInteger ? 1 : 0.01);
		const isShare = !isInteger && /confidence|probability|score|share|ratio/i.test(name);
		const exclusiveMinimum = numberOf(schema.exclusiveMinimum);
		const exclusiveMaximum = numberOf(schema.exclusiveMaximum);
		const maximum =
			numberOf(schema.maximum) ??
			(exclusiveMaximum === undefined ? undefined : exclusiveMaximum - step);
		const minimum =
			numberOf(schema.minimum) ??
			(exclusiveMinimum === undefined ? undefined : exclusiveMinimum + step);
		const lowest = minimum ?? Math.min(isShare ? 0 : 1, maximum ?? 1);
		const highest = maximum ?? Math.max(isShare ? 1 : 100, lowest + step);
		const steps = this.random.integer(Math.ceil(lowest / step), Math.floor(highest / step));
		return Number((steps * step).toFixed(10));
	}
}

function isNullSchema(schema: unknown): boolean {
	return isJsonObject(schema) && (schema.type === 'null' || schema.const === null);
}

function typeOf(schema: JsonObject): unknown {
	if (Array.isArray(schema.type)) {
		return schema.type.find((type) => type !== 'null') ?? 'null';
	}
	if (schema.type !== undefined) return schema.type;
	if (schema.properties !== undefined || schema.required !== undefined) return 'object';
	return schema.items === undefined ? 'string' : 'array';
}

function numberOf(value: unknown): number | undefined {
	return typeof value === 'number' ? value : undefined;
}
