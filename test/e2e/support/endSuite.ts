import { startedSuite } from './startSuite';

/** Runs once after all test files. */
export default async function end(): Promise<void> {
	await startedSuite()?.stop();
}
