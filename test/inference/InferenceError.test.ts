import { statusError } from '../../inference/http/statusError';
import { cancelledError } from '../../inference/InferenceError';

describe('InferenceError', () => {
	test('with() keeps everything else when a fact is added', () => {
		const error = statusError({ status: 503, retryAfterMs: 9, requestId: 'r' });
		error.attempts = 4;
		expect(error.with({ waitLeftMs: 5 })).toMatchObject({
			message: error.message,
			kind: 'overloaded',
			waitLeftMs: 5,
			status: 503,
			retryAfterMs: 9,
			requestId: 'r',
			attempts: 4,
		});
	});

	test('has its own kind for a cancelled execution', () => {
		expect(cancelledError()).toMatchObject({ name: 'InferenceError', kind: 'cancelled' });
	});
});
