import type { IDataObject } from 'n8n-workflow';
import type { RetryCause, RetryPolicy } from '../../inference/pacing/retry';
import { retryCauses } from './retryCauses';
import { checkedChoice, isBlank, readInteger, readNames, readSeconds, valuesOf } from './readValue';

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
