/**
 * A problem that the user has to fix outside this project, such as a missing network, a full disk
 * or a port in use. Its message is shown without a stack trace.
 */
export class SetupProblem extends Error {
	override readonly name = 'SetupProblem';
}
