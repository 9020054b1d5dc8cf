import type { FaultRule } from './fault';
import { defaultModels, type SimulatedModel } from './models';
import type { Latency } from './Pace';
import type { RecordedRequest } from './recordedRequest';

export interface SimulatorOptions {
	/** Default 0: any free port. */
	port?: number;
	/** Simulators with the same seed return the same completions. */
	seed?: number;
	/** Valid API keys. Others get a 401. */
	apiKeys?: string[];
	/** Keys of personal accounts. Chats without `OpenAI-Project` get a 429. */
	personalApiKeys?: string[];
	/** Keys without credits. Chats get a 402. */
	exhaustedApiKeys?: string[];
	/** Keys used from an unsupported country. They get a 403. */
	blockedRegionApiKeys?: string[];
	/** The projects that exist. Default: any valid `team/project`. */
	projects?: string[];
	/** Maximum concurrent chats per project, or per key without a project. Others get a 429. */
	concurrencyLimit?: number;
	/** The `Retry-After` header of a 429 for concurrency; none by default. */
	concurrencyRetryAfter?: string;
	/** Total time per completion; none by default. */
	latency?: Latency;
	timeToFirstTokenMs?: number;
	/** Whether the head of a stream is sent with its first token rather than immediately. */
	lateHeads?: boolean;
	/** If finite, the time depends on the completion's length and `latency` is ignored. */
	tokensPerSecond?: number;
	models?: readonly SimulatedModel[];
	/** Whether to record `requests`; set to false for load tests. */
	keepRequests?: boolean;
	faults?: FaultRule[];
	/** Whether to check chat bodies against OpenAI's schema; `close` throws if one is invalid. */
	isStrict?: boolean;
	/** Called with each request when its exchange has ended. */
	onRequest?: (request: RecordedRequest) => void;
}

/** The options with defaults applied. Options without a default stay optional. */
export type SimulatorSettings = Required<
	Omit<SimulatorOptions, 'projects' | 'concurrencyLimit' | 'concurrencyRetryAfter' | 'onRequest'>
> &
	Pick<SimulatorOptions, 'projects' | 'concurrencyLimit' | 'concurrencyRetryAfter' | 'onRequest'>;

export function readSettings(options: SimulatorOptions): SimulatorSettings {
	const specified = Object.fromEntries(
		Object.entries(options).filter(([, value]) => value !== undefined),
	) as SimulatorOptions;
	return {
		port: 0,
		seed: 1,
		apiKeys: ['simulator-key'],
		personalApiKeys: ['personal-key'],
		exhaustedApiKeys: ['broke-key'],
		blockedRegionApiKeys: [],
		latency: { kind: 'constant', ms: 0 },
		timeToFirstTokenMs: 0,
		lateHeads: false,
		tokensPerSecond: Infinity,
		models: defaultModels,
		keepRequests: true,
		faults: [],
		isStrict: false,
		...specified,
	};
}
