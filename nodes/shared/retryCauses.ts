import type { RetryCause } from '../../inference/pacing/retry';
import type { OptionsOf } from './OptionsOf';

/** The errors that can be retried, as the user selects them. */
export const retryCauses: OptionsOf<RetryCause> = [
	{
		name: '408 Timeout',
		value: '408',
		description:
			"Includes receiving nothing for 'Timeout' seconds. The model may have done the work, so you may pay twice.",
	},
	{ name: '429 Too Many Requests', value: '429' },
	{ name: '500 Server Error', value: '500' },
	{ name: '502 Bad Gateway', value: '502' },
	{ name: '503 Overloaded', value: '503' },
	{ name: '504 Gateway Timeout', value: '504' },
	{ name: 'Connection Lost', value: 'connection' },
];
