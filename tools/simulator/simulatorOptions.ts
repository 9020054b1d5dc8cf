import type { FaultRule } from './fault';
import type { SimulatedModel } from './models';
import { defaultModels } from './models';
import type { Latency } from './Pace';
import type { RecordedRequest } from './recordedRequest';

/** What can be set about a simulator; everything has a default. */
export interface SimulatorOptions {
	/** 0 (the default) takes a free port. */
	port?: number;
	/** Two simulators with the same seed give the same answers. */
	seed?: number;
	/** Keys that may ask; every other one gets a 401. */
	apiKeys?: string[];
	/** Keys of personal accounts: a chat without `OpenAI-Project` gets the 429 for personal accounts. */
	personalApiKeys?: string[];
	/** Keys without credits: a chat gets the 402. */
	exhaustedApiKeys?: string[];
	/** Keys used from a country that isn't supported: 403. */
	blockedRegionApiKeys?: string[];
	/** The projects that exist; when left out every well formed `team/project` does. */
	projects?: string[];
	/** Chats at once per project, or per key without a project; one more gets a 429 at once. */
	concurrencyLimit?: number;
	/** The whole time of an answer; none by default. */
	latency?: Latency;
	timeToFirstTokenMs?: number;
	/** When finite, the answer's length decides the time instead of `latency`. */
	tokensPerSecond?: number;
	models?: readonly SimulatedModel[];
	/** Whether `requests` grows; false for load runs. */
	keepRequests?: boolean;
	faults?: FaultRule[];
	/** Whether to check every chat body against OpenAI's published schema; `close` then fails if one was invalid. */
	isStrict?: boolean;
	/** Called with each request when its answer, or its connection, has ended. */
	onRequest?: (request: RecordedRequest) => void;
}

/** The options with every default filled in; only what may be absent stays optional. */
export type SimulatorSettings = Required<
	Omit<SimulatorOptions, 'projects' | 'concurrencyLimit' | 'onRequest'>
> &
	Pick<SimulatorOptions, 'projects' | 'concurrencyLimit' | 'onRequest'>;

/** Fills in the defaults. */
export function readSettings(options: SimulatorOptions): SimulatorSettings {
	const given = Object.fromEntries(
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
		tokensPerSecond: Infinity,
		models: defaultModels,
		keepRequests: true,
		faults: [],
		isStrict: false,
		...given,
	};
}
