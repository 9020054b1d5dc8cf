/* eslint-disable @n8n/community-nodes/no-restricted-imports -- not shipped: runs outside n8n */
import { setTimeout as delay } from 'node:timers/promises';

const pollIntervalMs = 200;
const timeoutMs = 150_000;

/** Waits for something that n8n does at its own pace, such as noticing that a worker is gone. */
export async function waitFor(condition: () => boolean | Promise<boolean>): Promise<void> {
	const deadlineMs = Date.now() + timeoutMs;
	while (!(await condition())) {
		if (Date.now() > deadlineMs) throw new Error(`Timed out waiting for: ${condition.toString()}`);
		await delay(pollIntervalMs);
	}
}
