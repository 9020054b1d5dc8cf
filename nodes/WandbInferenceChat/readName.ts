import { ParameterError } from '../shared/ParameterError';
import { readText } from '../shared/readValue';

/** The name of a tool or schema, as the API allows it. */
export function readName(value: unknown, field: string): string {
	const name = (readText(value) ?? '').trim();
	if (!/^[\w-]{1,64}$/.test(name)) {
		throw new ParameterError(
			`'${field}' is not a valid name`,
			'Use up to 64 letters, digits, underscores, and hyphens, without spaces.',
		);
	}
	return name;
}
