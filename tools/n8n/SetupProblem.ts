/**
 * Something outside this project that the person at the keyboard has to change: no network, no
 * disk, a port that is taken. Its message is shown as it is, without a stack trace.
 */
export class SetupProblem extends Error {
	override readonly name = 'SetupProblem';
}
