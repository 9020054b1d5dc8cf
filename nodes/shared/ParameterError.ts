import { InferenceError } from '../../inference/InferenceError';

/** Error for invalid user input in a field of the node; thrown before any request is sent. */
export class ParameterError extends InferenceError {
	constructor(
		message: string,
		/** How to fix the field. */
		readonly advice: string,
	) {
		super(message, { kind: 'parameter' });
	}
}
