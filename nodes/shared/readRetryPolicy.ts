import type { IDataObject } from 'n8n-workflow';
import { ParameterError } from './ParameterError';
import type { RetryCause, RetryPolicy } from '../../inference/pacing/retry';
import { readInteger, readSeconds } from './readValue';

const retryCauses: RetryCause[] = ['408', '429', '500', '502', '503', '504', 'connection'];
const defaultRetryOn = retryCauses.filter((cause) => cause !== '408');

/** The retry policy from its fields; unset fields have the defaults of both nodes. */
export function readRetryPolicy(values: IDataObject): RetryPolicy {
	const chosenRetries = readInteger(values.maxRetries, 'Max Retries');
	const maxRetries = chosenRetries ?? 5;
	if (maxRetries < 0) {
		throw new ParameterError("'Max Retries' is below zero", "Enter 0 or more for 'Max Retries'.");
	}
	const chosen = Array.isArray(values.retryOn) ? values.retryOn.map(String) : defaultRetryOn;
	return {
		maxRetries,
		// By default, an outage costs waiting time, not items.
		countsOverloads: chosenRetries !== undefined,
		retryOn: new Set(retryCauses.filter((cause) => chosen.includes(cause))),
		maxWaitMs: readSeconds(values.maxWait, 'Max Wait', 300) * 1000,
	};
}
