import type { FaultCondition, SimulatorOptions } from '../../../tools/simulator/simulator';

/** How long every answer takes. */
export const answerMs = 400;

/** A service, and how many items are sent to it. */
export interface Scenario {
	name: string;
	limit: number;
	itemCount: number;
	/** For how long the service accepts nothing, from the first request on. */
	awaySeconds: number;
	/** Options of the simulator for one run. */
	options: () => SimulatorOptions;
}

/** As many items as a client that knows the limit has answered in `seconds`. */
const itemsFor = (limit: number, seconds: number) =>
	Math.round((limit * seconds * 1000) / answerMs);

const stormLimit = 8;
const storm = { limit: stormLimit, itemCount: itemsFor(stormLimit, 6) };
const awaySeconds = 3;

/** True for the requests of the first seconds. */
function whileAway(): FaultCondition {
	let endsAtMs: number | undefined;
	return {
		matches({ startedAtMs }) {
			endsAtMs ??= startedAtMs + awaySeconds * 1000;
			return startedAtMs < endsAtMs;
		},
	};
}

/** From quiet to rough. */
export const scenarios: Scenario[] = [
	...[10, 40].flatMap((seconds) =>
		[4, 8, 16].map((limit) => ({
			name: `hidden limit, ${seconds} s of work`,
			limit,
			itemCount: itemsFor(limit, seconds),
			awaySeconds: 0,
			options: () => ({}),
		})),
	),
	{
		...storm,
		name: 'Retry-After: 1 with every 429',
		awaySeconds: 0,
		options: () => ({ concurrencyRetryAfter: '1' }),
	},
	{
		...storm,
		name: `rate limit for ${awaySeconds} s, Retry-After: 1`,
		awaySeconds,
		options: () => ({
			faults: [
				{
					when: whileAway(),
					fault: { kind: 'status', status: 429, reason: 'rate', retryAfter: '1' },
				},
			],
		}),
	},
	{
		...storm,
		name: `503s for ${awaySeconds} s`,
		awaySeconds,
		options: () => ({ faults: [{ when: whileAway(), fault: { kind: 'status', status: 503 } }] }),
	},
];
