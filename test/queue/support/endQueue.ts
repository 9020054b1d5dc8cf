import { stopQueue } from './startQueue';

/** Runs once after the tests. */
export default async function end(): Promise<void> {
	await stopQueue();
}
