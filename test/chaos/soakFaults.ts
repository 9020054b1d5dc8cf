import type { Fault, FaultRule, RecordedRequest } from '../../tools/simulator/simulator';
import { rowOf } from './rows';

/** About one in ten requests hits one of these, with these probabilities. */
const faults: Array<[number, Fault]> = [
	[0.02, { kind: 'status', status: 503, headers: { 'retry-after-ms': '100' } }],
	[0.02, { kind: 'status', status: 500, headers: { 'retry-after-ms': '20' } }],
	[0.01, { kind: 'status', status: 502, headers: { 'retry-after-ms': '20' } }],
	[0.01, { kind: 'status', status: 504, headers: { 'retry-after-ms': '20' } }],
	[0.01, { kind: 'reset', where: 'beforeHeaders' }],
	[0.01, { kind: 'reset', where: 'inStream', afterEvents: 3 }],
	[0.01, { kind: 'endStreamEarly' }],
	[0.01, { kind: 'errorInStream', status: 503, message: 'The engine is gone' }],
];

/** Some rows are rejected, and the requests of all others sometimes fail. */
export const soakFaults: FaultRule[] = [
	{ when: { matches: isAlwaysRejected }, fault: { kind: 'status', status: 400 } },
	...faults.map(([probability, fault]) => ({
		fault,
		when: { probability, matches: (request: RecordedRequest) => !isAlwaysRejected(request) },
	})),
];

function isAlwaysRejected(request: RecordedRequest): boolean {
	return rowOf(request) % 500 === 7;
}
