import type { IExecuteFunctions } from 'n8n-workflow';
import type { ResponseFormat } from '../../inference/chatRequest';
import { ParameterError } from '../shared/ParameterError';
import { readJsonObject } from '../shared/readValue';
import { readName } from './readName';

/** The format of the answer that one item asks for. */
export function readResponseFormat(context: IExecuteFunctions, itemIndex: number): ResponseFormat {
	const type = context.getNodeParameter('responseFormat', itemIndex, 'text');
	if (type === 'json_object') return { type };
	if (type !== 'json_schema') return { type: 'text' };
	const schema = readJsonObject(context.getNodeParameter('jsonSchema', itemIndex), 'JSON Schema');
	if (!schema) {
		throw new ParameterError(
			"'JSON Schema' is empty",
			'Enter the JSON Schema that the answer must match.',
		);
	}
	return {
		type,
		name: readName(context.getNodeParameter('schemaName', itemIndex, 'answer'), 'Schema Name'),
		schema,
		strict: context.getNodeParameter('strictSchema', itemIndex, true) === true,
	};
}
