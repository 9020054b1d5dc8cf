import { startSuite, type Suite } from './suite';

let suite: Suite | undefined;

/** The running suite, for `endSuite` to stop. */
export function startedSuite(): Suite | undefined {
	return suite;
}

/** Runs once before all test files. */
export default async function start(): Promise<void> {
	suite = await startSuite();
}
