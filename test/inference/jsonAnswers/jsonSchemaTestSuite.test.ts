/* eslint-disable @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/no-restricted-globals -- not shipped: runs outside n8n */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { JsonObject, JsonValue } from 'n8n-workflow';
import { findSchemaProblems } from '../../../inference/jsonAnswers/findSchemaProblems';
import { JsonSchema } from '../../../inference/jsonAnswers/JsonSchema';

/*
 * Required cases of github.com/json-schema-org/JSON-Schema-Test-Suite at commit 44401e0, for the
 * keywords that constrain what models write. Cases that load other documents are left out.
 */
const folder = join(__dirname, '../../fixtures/jsonSchemaTestSuite');

interface Group {
	description: string;
	schema: JsonObject | boolean;
	tests: Array<{ description: string; data: JsonValue; valid: boolean }>;
}

const drafts = {
	'draft2020-12': 'https://json-schema.org/draft/2020-12/schema',
	draft7: 'http://json-schema.org/draft-07/schema#',
};

function groupsOf(draft: string): Group[] {
	return readdirSync(join(folder, draft)).flatMap((file) => {
		const groups = JSON.parse(readFileSync(join(folder, draft, file), 'utf8')) as Group[];
		return groups.map((group) => ({ ...group, description: `${file}: ${group.description}` }));
	});
}

/** Groups that do not pass. Only the first can occur in practice. */
const exceptions: Record<string, string> = {
	'enum.json: empty enum': 'refused before the request, because no value matches it',
	'ref.json: order of evaluation: $id and $anchor and $ref': 'the validator resolves $id later',
	'ref.json: $ref prevents a sibling $id from changing the base uri':
		'the validator does not ignore $id beside $ref in draft 7',
};

const referencesToDocuments = /"\$ref":"(?!#)[^"]*json-schema\.org/;

describe.each(Object.entries(drafts))('%s', (draft, $schema) => {
	const groups = groupsOf(draft).filter(
		({ description, schema }) =>
			typeof schema === 'object' &&
			!referencesToDocuments.test(JSON.stringify(schema)) &&
			!(description in exceptions),
	);

	test('has cases for at least 25 keywords', () => {
		const files = new Set(groups.map(({ description }) => description.split(':')[0]));
		expect(files.size).toBeGreaterThanOrEqual(25);
	});

	test.each(groups)('$description', ({ schema, tests }) => {
		const checked = { $schema, ...(schema as JsonObject) };
		expect(findSchemaProblems(checked)).toEqual([]);
		const jsonSchema = new JsonSchema(checked);
		for (const { description, data, valid } of tests) {
			const problems = jsonSchema.check(data);
			expect({ description, valid: problems.length === 0 }).toEqual({ description, valid });
		}
	});
});
