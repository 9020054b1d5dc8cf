/* eslint-disable @n8n/community-nodes/no-restricted-imports -- not shipped: runs outside n8n */
import { setTimeout as delay } from 'node:timers/promises';

const pollIntervalMs = 200;
const giveUpAfterMs = 150_000;

/** Waits for what n8n does at its own pace, such as noticing that a worker is gone. */
export async function waitFor(holds: () => boolean | Promise<boolean>): Promise<void> {
	const deadlineMs = Date.now() + giveUpAfterMs;
	while (!(await holds())) {
		if (Date.now() > deadlineMs) throw new Error(`Did not happen: ${holds.toString()}`);
		await delay(pollIntervalMs);
	}
}
