import { InferenceError } from '../../../inference/InferenceError';
import { traceHint } from '../../../nodes/shared/traceHint';

const nothingLost = { refused: 0, dropped: 0, open: 0 };

test('there is no hint if nothing was lost', () => {
	expect(traceHint(nothingLost)).toBeUndefined();
});

test('one hint names everything that was lost', () => {
	const error = new InferenceError('The service failed (HTTP 500)', { kind: 'server' });
	expect(traceHint({ refused: 2, error, dropped: 1, open: 3 })).toEqual({
		message:
			"2 traces could not be sent to Weave: The service failed (HTTP 500). Check 'Weave URL' in the credential, and that n8n's machine can reach it. 1 trace was left out because Weave did not take them fast enough, or because they were too large. 3 traces were still being sent to Weave when the run ended, and may be lost.",
		type: 'warning',
		location: 'outputPane',
	});
});
