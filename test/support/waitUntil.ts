/* eslint-disable @n8n/community-nodes/no-restricted-globals -- not shipped: runs outside n8n */
/** Waits for what another party is about to do; gives up, and fails the test, after five seconds. */
export async function waitUntil(holds: () => boolean): Promise<void> {
	const giveUpAtMs = performance.now() + 5000;
	while (!holds()) {
		if (performance.now() > giveUpAtMs) throw new Error(`Did not happen: ${holds.toString()}`);
		await new Promise<void>((resolve) => setImmediate(resolve));
	}
}
