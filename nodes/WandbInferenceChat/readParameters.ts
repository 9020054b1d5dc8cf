import type { IDataObject, IExecuteFunctions } from 'n8n-workflow';
import type { ToolDefinition } from '../../inference/chatRequest';
import type { ChatRequestSource } from '../../inference/completeChat';
import type { Throughput } from '../../inference/pacing/GovernorRegistry';
import type { RetryPolicy } from '../../inference/pacing/retry';
import { ParameterError } from '../shared/ParameterError';
import { readModel } from '../shared/modelField';
import {
	readBoolean,
	readNumber,
	readChoice,
	readInteger,
	readJsonObject,
	readText,
} from '../shared/readValue';
import { readRequestOptions } from '../shared/requestOptions';
import { readRetryPolicy } from '../shared/readRetryPolicy';
import { readMessages } from './readMessages';
import { readName } from './readName';
import type { Budget } from './RunBudget';
import { readResponseFormat } from './readResponseFormat';

/** Everything that one item asks for, checked. */
export interface ChatParameters {
	request: ChatRequestSource;
	hasImages: boolean;
	fallbackModels: string[];
	extraHeaders: Record<string, string>;
	timeoutMs: number;
	traceToWeave: boolean;
	retryPolicy: RetryPolicy;
	/** How often the model may correct an answer that is not the requested JSON. */
	repairAttempts: number;
	/** How many requests of the item may end in calls of connected tools. */
	maxToolRounds: number;
	simplify: boolean;
}

/** Reads the parameters of one item. Throws a `ParameterError` that names the invalid field. */
export function readParameters(context: IExecuteFunctions, itemIndex: number): ChatParameters {
	const read = (name: string, fallback?: unknown): unknown =>
		context.getNodeParameter(name, itemIndex, fallback);
	const options = readRequestOptions(read('options', {}) as IDataObject, 'chat');
	const { fields, extraBody, stream, fallbackModels, extraHeaders, timeoutMs } = options;
	const model = readModel(read('model'));
	const { hasImages, ...conversation } = readMessages(context, itemIndex);
	return {
		request: {
			model,
			...conversation,
			fields,
			responseFormat: readResponseFormat(context, itemIndex),
			tools: readTools(context, itemIndex),
			stream,
			extraBody,
		},
		hasImages,
		fallbackModels,
		extraHeaders,
		timeoutMs,
		traceToWeave: options.traceToWeave,
		retryPolicy: readRetryPolicy(read('retryPolicy', {}) as IDataObject),
		repairAttempts: readRepairAttempts(read('repairAttempts', 1)),
		maxToolRounds: readInteger(read('maxToolRounds', 10), 'Max Tool Rounds', 1) ?? 10,
		simplify: readBoolean(read('simplify', true), 'Simplify') ?? true,
	};
}

/** What the run may use: one setting for the whole run, taken from the first item. */
export function readBudget(context: IExecuteFunctions): Budget | undefined {
	const values = context.getNodeParameter('budget', 0, {}) as IDataObject;
	const maxUsd = readNumber(values.maxCost, 'Max Cost (USD)');
	const maxTokens = readInteger(values.maxTokens, 'Max Tokens', 0);
	if (maxUsd !== undefined && maxUsd < 0) {
		throw new ParameterError(
			"'Max Cost (USD)' is below zero",
			"Enter 0 or more for 'Max Cost (USD)'.",
		);
	}
	return maxUsd === undefined && maxTokens === undefined ? undefined : { maxUsd, maxTokens };
}

/** How many items run at once: one setting for the whole run, taken from the first item. */
export function readThroughput(context: IExecuteFunctions): Throughput {
	const values = context.getNodeParameter('throughput', 0, {}) as IDataObject;
	const mode = readChoice(values.mode, 'Mode', ['adaptive', 'fixed'], 'adaptive');
	const maximum = readInteger(values.maxConcurrency, 'Max Concurrency', 1);
	return { mode, maxConcurrency: maximum ?? (mode === 'fixed' ? 1 : 64) };
}

function readRepairAttempts(value: unknown): number {
	const attempts = readInteger(value, 'Repair Attempts', 0) ?? 1;
	if (attempts > 3) {
		throw new ParameterError(
			"'Repair Attempts' is above three",
			"Enter 0 to 3 for 'Repair Attempts'.",
		);
	}
	return attempts;
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
		strict: readBoolean(row.strict, `Strict of tool ${index + 1}`) ?? false,
	}));
}
