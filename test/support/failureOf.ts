import type { InferenceError } from '../../inference/InferenceError';

/** What `read` throws; a `read` that succeeds fails the test. */
export function failureOf(read: () => unknown): InferenceError {
	try {
		read();
	} catch (error) {
		return error as InferenceError;
	}
	throw new TypeError('It succeeded');
}
