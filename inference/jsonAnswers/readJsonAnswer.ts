import type { JsonObject, JsonValue } from 'n8n-workflow';
import { findJson, type JsonFindings } from './findJson';
import { findSchemaProblems } from './findSchemaProblems';
import { JsonSchema, type AnswerProblem } from './JsonSchema';

/** A format in which the answer is a JSON value. */
export type JsonFormat =
	| { type: 'json_object' }
	| { type: 'json_schema'; name: string; schema: JsonObject; strict: boolean };

/** What is wrong with an answer that has no value of the requested format. */
export interface AnswerFault {
	reason: 'emptyAnswer' | 'notJson' | 'schemaMismatch';
	problems: AnswerProblem[];
}

/** The value of an answer, or what is wrong with it. */
export type JsonAnswer =
	| { value: JsonValue; fault?: undefined }
	| { value?: undefined; fault: AnswerFault };

/**
 * The JSON value that the model wrote, if it has the requested format. `isCutOff` says that the
 * service ended the answer early, so that a value at its end may be incomplete.
 */
export function readJsonAnswer(text: string, format: JsonFormat, isCutOff: boolean): JsonAnswer {
	const check = checkOf(format);
	let problems: AnswerProblem[] | undefined;
	for (const { place, values } of findJson(text, isCutOff)) {
		for (const value of values) {
			const found = check(value, place);
			if (found.length === 0) return { value };
			problems ??= found;
		}
	}
	if (problems === undefined) return { fault: withoutJson(text) };
	return {
		fault: { reason: format.type === 'json_schema' ? 'schemaMismatch' : 'notJson', problems },
	};
}

type Check = (value: JsonValue, place: JsonFindings['place']) => AnswerProblem[];

function checkOf(format: JsonFormat): Check {
	if (format.type === 'json_object') return checkObject;
	// Only possible for a schema that nobody checked before the request.
	if (findSchemaProblems(format.schema).length > 0) return () => [];
	const schema = new JsonSchema(format.schema);
	return (value) => schema.check(value);
}

/**
 * Without a schema, a list of numbers in other text may be a reference such as [1], and a part of a
 * broken value is not what the model meant.
 */
const checkObject: Check = (value, place) => {
	const isReference = Array.isArray(value) && value.every((part) => typeof part === 'number');
	const isInText = place === 'embedded' || place === 'repaired';
	return place === 'fragment' || (isReference && isInText)
		? [{ path: '', message: 'contains no JSON object' }]
		: [];
};

function withoutJson(text: string): AnswerFault {
	return text.trim() === ''
		? { reason: 'emptyAnswer', problems: [{ path: '', message: 'is empty' }] }
		: { reason: 'notJson', problems: [{ path: '', message: 'contains no JSON value' }] };
}
