import type { IDataObject, IExecuteFunctions } from 'n8n-workflow';
import type { ToolDefinition } from '../../inference/chatRequest';
import type { ChatRequestSource } from '../../inference/completeChat';
import { ParameterError } from '../shared/ParameterError';
import type { Throughput } from '../../inference/pacing/GovernorRegistry';
import type { RetryPolicy } from '../../inference/pacing/retry';
import { readModel } from '../shared/modelField';
import { readInteger, readJsonObject, readText } from '../shared/readValue';
import { readRequestOptions } from '../shared/requestOptions';
import { readRetryPolicy } from '../shared/readRetryPolicy';
import { readMessages } from './readMessages';
import { readName } from './readName';
import { readResponseFormat } from './readResponseFormat';

/** Everything that one item asks for, checked. */
export interface ChatParameters {
	request: ChatRequestSource;
	fallbackModels: string[];
	extraHeaders: Record<string, string>;
	timeoutMs: number;
	retryPolicy: RetryPolicy;
	simplify: boolean;
}

/** Reads the parameters of one item. Throws a `ParameterError` that names the invalid field. */
export function readParameters(context: IExecuteFunctions, itemIndex: number): ChatParameters {
	const options = readRequestOptions(
		context.getNodeParameter('options', itemIndex, {}) as IDataObject,
		'chat',
	);
	const { fields, extraBody, stream, fallbackModels, extraHeaders, timeoutMs } = options;
	return {
		request: {
			model: readModel(context.getNodeParameter('model', itemIndex)),
			...readMessages(context, itemIndex),
			fields,
			responseFormat: readResponseFormat(context, itemIndex),
			tools: readTools(context, itemIndex),
			stream,
			extraBody,
		},
		fallbackModels,
		extraHeaders,
		timeoutMs,
		retryPolicy: readRetryPolicy(
			context.getNodeParameter('retryPolicy', itemIndex, {}) as IDataObject,
		),
		simplify: context.getNodeParameter('simplify', itemIndex, true) === true,
	};
}

/** How many items run at once: one setting for the whole run, taken from the first item. */
export function readThroughput(context: IExecuteFunctions): Throughput {
	const values = context.getNodeParameter('throughput', 0, {}) as IDataObject;
	const maximum = readInteger(values.maxConcurrency, 'Max Concurrency');
	if (maximum !== undefined && maximum < 1) {
		throw new ParameterError(
			"'Max Concurrency' is below one",
			"Enter 1 or more for 'Max Concurrency'.",
		);
	}
	return values.mode === 'fixed'
		? { mode: 'fixed', maxConcurrency: maximum ?? 1 }
		: { mode: 'adaptive', maxConcurrency: maximum ?? 64 };
}

function readTools(context: IExecuteFunctions, itemIndex: number): ToolDefinition[] {
	const rows = context.getNodeParameter('tools.values', itemIndex, []) as IDataObject[];
	return rows.map((row, index) => ({
		name: readName(row.name, `Name of tool ${index + 1}`),
		description: readText(row.description) ?? '',
		parameters: readJsonObject(row.parameters, `Parameters of tool ${index + 1}`) ?? {
			type: 'object',
			properties: {},
		},
		strict: row.strict === true,
	}));
}
