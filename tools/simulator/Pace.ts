import { hashText, Random } from './random';
import type { SimulatorSettings } from './simulatorOptions';

/** How long an answer takes as a whole. */
export type Latency =
	| { kind: 'constant'; ms: number }
	| { kind: 'logNormal'; medianMs: number; sigma: number; minMs?: number; maxMs?: number };

/** When an answer's first and last token are due, counted from the request. */
export interface AnswerTimes {
	firstMs: number;
	lastMs: number;
}

/** Decides how long each answer takes; the same seed gives the same latencies in the same order. */
export class Pace {
	private readonly random: Random;

	constructor(private readonly settings: SimulatorSettings) {
		this.random = new Random(hashText('latency', settings.seed));
	}

	/** The times of the next answer, whose longest choice has so many tokens. */
	next(tokenCount: number): AnswerTimes {
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
