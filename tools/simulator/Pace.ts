import { hashText, Random } from './random';
import type { SimulatorSettings } from './simulatorOptions';

/** How long a completion takes in total. */
export type Latency =
	| { kind: 'constant'; ms: number }
	| { kind: 'logNormal'; medianMs: number; sigma: number; minMs?: number; maxMs?: number };

/** When the first and last tokens of a completion are due, measured from the request. */
export interface TokenTimes {
	firstMs: number;
	lastMs: number;
}

/** Decides how long each completion takes. The same seed produces the same latencies. */
export class Pace {
	private readonly random: Random;

	constructor(private readonly settings: SimulatorSettings) {
		this.random = new Random(hashText('latency', settings.seed));
	}

	/** Times for the next completion; `tokenCount` is the length of its longest choice. */
	next(tokenCount: number): TokenTimes {
		const { tokensPerSecond, timeToFirstTokenMs: firstMs } = this.settings;
		if (Number.isFinite(tokensPerSecond)) {
			return { firstMs, lastMs: firstMs + (tokenCount / tokensPerSecond) * 1000 };
		}
		return { firstMs, lastMs: Math.max(firstMs, this.nextLatencyMs()) };
	}

	private nextLatencyMs(): number {
		const { latency } = this.settings;
		if (latency.kind === 'constant') return latency.ms;
		const { medianMs, sigma, minMs = 0, maxMs = Infinity } = latency;
		const drawnMs = medianMs * Math.exp(sigma * this.random.gaussian());
		return Math.min(maxMs, Math.max(minMs, drawnMs));
	}
}
