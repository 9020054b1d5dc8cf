import type { InferenceError } from '../../inference/InferenceError';

/** The error that `read` throws; fails the test if it throws none. */
export function errorThrownBy(read: () => unknown): InferenceError {
	try {
		read();
	} catch (error) {
		return error as InferenceError;
	}
	throw new TypeError('It succeeded');
}
