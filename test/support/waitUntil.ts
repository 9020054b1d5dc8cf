/* eslint-disable @n8n/community-nodes/no-restricted-globals -- not shipped: runs outside n8n */
/** Waits for something outside the test to happen; fails the test after five seconds. */
export async function waitUntil(condition: () => boolean): Promise<void> {
	const deadlineMs = performance.now() + 5000;
	while (!condition()) {
		if (performance.now() > deadlineMs)
			throw new Error(`Timed out waiting for: ${condition.toString()}`);
		await new Promise<void>((resolve) => setImmediate(resolve));
	}
}
