/* eslint-disable @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/no-restricted-globals -- not shipped: runs outside n8n */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** Sockets, timers and other handles that keep the process alive, in order. */
export function openResources(): string[] {
	return process.getActiveResourcesInfo().sort();
}

/** Whatever is open beyond `before` after a while in which it may close. */
export async function leftOpenSince(before: string[], patienceMs = 3000): Promise<string[]> {
	const giveUpAtMs = performance.now() + patienceMs;
	for (;;) {
		const left = surplus(openResources(), before);
		if (left.length === 0 || performance.now() > giveUpAtMs) return left;
		await new Promise<void>((resolve) => setImmediate(resolve));
	}
}

function surplus(now: string[], before: string[]): string[] {
	const known = [...before];
	return now.filter((name) => {
		const position = known.indexOf(name);
		if (position >= 0) known.splice(position, 1);
		return position < 0;
	});
}

setFlagsFromString('--expose-gc');
/** Frees what nobody holds any more, at once. */
export const collectGarbage = runInNewContext('gc') as () => void;

/** What is in use once all garbage is gone, in megabytes. */
export function usedMemoryMb(): number {
	collectGarbage();
	const { heapUsed, external, arrayBuffers } = process.memoryUsage();
	return (heapUsed + external + arrayBuffers) / 2 ** 20;
}

/** What is in use as soon as it is below `enoughMb`, or after a while in which it may become so. */
export async function settledMemoryMb(enoughMb: number): Promise<number> {
	let usedMb = usedMemoryMb();
	for (let round = 0; round < 20 && usedMb > enoughMb; round += 1) {
		await new Promise<void>((resolve) => setTimeout(resolve, 50));
		usedMb = usedMemoryMb();
	}
	return usedMb;
}

/** Watches the memory in use; `peakMb` is the most that there was, garbage included. */
export class MemoryWatch {
	peakMb = 0;

	private readonly timer = setInterval(() => this.look(), 10);

	look(): void {
		const { heapUsed, external } = process.memoryUsage();
		this.peakMb = Math.max(this.peakMb, (heapUsed + external) / 2 ** 20);
	}

	end(): void {
		clearInterval(this.timer);
	}
}
