import { JSONSchemaFaker } from 'json-schema-faker';
import type { JsonObject } from './jsonObject';
import type { Random } from './random';

/**
 * Writes a value for a schema with keywords that `SchemaWriter` does not handle, such as `pattern`,
 * `format`, and `allOf`. The same state of `random` produces the same value.
 */
export function fakeValue(schema: JsonObject, root: JsonObject, random: Random): unknown {
	JSONSchemaFaker.option({
		random: () => random.next(),
		alwaysFakeOptionals: true,
		failOnInvalidFormat: false,
		fillProperties: false,
		maxItems: 3,
		maxLength: 60,
		minDateTime: '2024-01-01T00:00:00.000Z',
		maxDateTime: '2026-01-01T00:00:00.000Z',
		refDepthMax: 3,
	});
	const definitions = { $defs: root.$defs, definitions: root.definitions };
	return JSONSchemaFaker.generate(
		JSON.parse(JSON.stringify({ ...definitions, ...schema })),
	) as unknown;
}
