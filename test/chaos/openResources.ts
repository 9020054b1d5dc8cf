/* eslint-disable @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/no-restricted-globals -- not shipped: runs outside n8n */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** Sockets, timers, and other handles that keep the process alive, sorted. */
export function openResources(): string[] {
	return process.getActiveResourcesInfo().sort();
}

/** What is open that was not open `before` and does not close within the timeout. */
export async function leftOpenSince(before: string[], timeoutMs = 3000): Promise<string[]> {
	const deadlineMs = performance.now() + timeoutMs;
	for (;;) {
		const left = surplus(openResources(), before);
		if (left.length === 0 || performance.now() > deadlineMs) return left;
		await new Promise<void>((resolve) => setImmediate(resolve));
	}
}

function surplus(now: string[], before: string[]): string[] {
	const unmatched = [...before];
	return now.filter((name) => {
		const position = unmatched.indexOf(name);
		if (position >= 0) unmatched.splice(position, 1);
		return position < 0;
	});
}

setFlagsFromString('--expose-gc');
/** Runs the garbage collector immediately. */
export const collectGarbage = runInNewContext('gc') as () => void;

/** Memory in use after garbage collection, in megabytes. */
export function usedMemoryMb(): number {
	collectGarbage();
	const { heapUsed, external, arrayBuffers } = process.memoryUsage();
	return (heapUsed + external + arrayBuffers) / 2 ** 20;
}

/** Memory in use as soon as it is at most `enoughMb`, or after about a second. */
export async function settledMemoryMb(enoughMb: number): Promise<number> {
	let usedMb = usedMemoryMb();
	for (let round = 0; round < 20 && usedMb > enoughMb; round += 1) {
		await new Promise<void>((resolve) => setTimeout(resolve, 50));
		usedMb = usedMemoryMb();
	}
	return usedMb;
}

/** Samples the memory in use; `peakMb` is the highest sample, garbage included. */
export class MemoryWatch {
	peakMb = 0;

	private readonly timer = setInterval(() => this.sample(), 10);

	sample(): void {
		const { heapUsed, external } = process.memoryUsage();
		this.peakMb = Math.max(this.peakMb, (heapUsed + external) / 2 ** 20);
	}

	end(): void {
		clearInterval(this.timer);
	}
}
