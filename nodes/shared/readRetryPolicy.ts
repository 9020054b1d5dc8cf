import type { IDataObject } from 'n8n-workflow';
import type { RetryCause, RetryPolicy } from '../../inference/pacing/retry';
import {
	checkedChoice,
	isBlank,
	readInteger,
	readNames,
	readSeconds,
	valuesOf,
	type Choices,
} from './readValue';

const retryCauses: Choices<RetryCause> = [
	{ name: '408 Timeout', value: '408' },
	{ name: '429 Too Many Requests', value: '429' },
	{ name: '500 Server Error', value: '500' },
	{ name: '502 Bad Gateway', value: '502' },
	{ name: '503 Overloaded', value: '503' },
	{ name: '504 Gateway Timeout', value: '504' },
	{ name: 'Connection Lost', value: 'connection' },
];
const defaultRetryOn = valuesOf(retryCauses).filter((cause) => cause !== '408');

/** The retry policy from its fields; unset fields have the defaults of both nodes. */
export function readRetryPolicy(values: IDataObject): RetryPolicy {
	const chosenRetries = readInteger(values.maxRetries, 'Max Retries', 0);
	return {
		maxRetries: chosenRetries ?? 5,
		// By default, an outage costs waiting time, not items.
		countsOverloads: chosenRetries !== undefined,
		retryOn: new Set(readRetryOn(values.retryOn)),
		maxWaitMs: readSeconds(values.maxWait, 'Max Wait', 300) * 1000,
	};
}

/** An empty list means never. */
function readRetryOn(value: unknown): RetryCause[] {
	if (isBlank(value)) return defaultRetryOn;
	return readNames(value).map((name) => checkedChoice(name, 'Retry On', retryCauses));
}
